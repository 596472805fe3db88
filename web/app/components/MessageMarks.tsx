import type { MessageView } from '../../../events/http-contracts.ts';
import { useOpenConversation } from '../conversation-context.ts';
import { PinIcon } from './icons.tsx';

/** What is said of a message besides its text. */
export function MessageMarks({ message }: { readonly message: MessageView }) {
  const { openDialog } = useOpenConversation();
  const isEdited = message.edited_at !== undefined && message.deleted_at === undefined;
  if (!isEdited && !message.pinned) return null;
  return (
    <p className="message-marks">
      {message.pinned && (
        <span className="pinned-mark">
          <PinIcon />
          Pinned
        </span>
      )}
      {isEdited && (
        <button
          type="button"
          className="link"
          title="Show what it said before"
          onClick={() => openDialog({ kind: 'versions', message })}
        >
          edited
        </button>
      )}
    </p>
  );
}
