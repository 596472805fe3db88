import type { MessageView } from '../../../../events/http-contracts.ts';
import { activeChat } from '../../chat-store.ts';
import { useOpenConversation } from '../../conversation-context.ts';
import { Dialog } from '../Dialog.tsx';
import { LoadError } from '../settings/LoadError.tsx';
import { useLoaded } from '../use-loaded.ts';
import { MessageLines } from './MessageLines.tsx';

export function PinsDialog({ onClose }: { readonly onClose: () => void }) {
  const { convoId, may, jumpTo, openThread, change } = useOpenConversation();
  const { data, error, reload, setData } = useLoaded(() => activeChat().pins(convoId));

  function unpin(message: MessageView): void {
    change(message, { kind: 'unpin' });
    setData((data ?? []).filter((other) => other.seq_no !== message.seq_no));
  }

  const actions = (message: MessageView) => (
    <p className="message-line-actions">
      <button
        type="button"
        className="link"
        onClick={() => {
          onClose();
          if (message.thread === undefined) jumpTo(message.seq_no);
          else openThread(message.thread);
        }}
      >
        Show in the conversation
      </button>
      {may('message.pin') && (
        <button type="button" className="link" onClick={() => unpin(message)}>
          Unpin
        </button>
      )}
    </p>
  );

  return (
    <Dialog title="Pinned messages" onClose={onClose}>
      {data === undefined && <LoadError error={error} onRetry={reload} />}
      {data?.length === 0 && <p>Nothing is pinned. Pin a message from its menu to find it again here.</p>}
      {data !== undefined && data.length > 0 && <MessageLines messages={data} actions={actions} />}
    </Dialog>
  );
}
