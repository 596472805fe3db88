import type { MessageView } from '../../../../events/http-contracts.ts';
import { useOpenConversation } from '../../conversation-context.ts';
import { messageSummary } from '../../message-summary.ts';
import { Dialog } from '../Dialog.tsx';

export interface DeleteDialogProps {
  readonly message: MessageView;
  readonly onClose: () => void;
}

export function DeleteDialog({ message, onClose }: DeleteDialogProps) {
  const { change } = useOpenConversation();
  return (
    <Dialog title="Delete this message?" onClose={onClose}>
      <div className="stack">
        <blockquote className="dialog-quote">{messageSummary(message)}</blockquote>
        <p>It will be gone for everybody, with its reactions. This cannot be undone.</p>
        <div className="dialog-actions">
          <button type="button" onClick={onClose} data-autofocus>
            Keep it
          </button>
          <button
            type="button"
            className="danger"
            onClick={() => {
              onClose();
              change(message, { kind: 'delete' });
            }}
          >
            Delete
          </button>
        </div>
      </div>
    </Dialog>
  );
}
