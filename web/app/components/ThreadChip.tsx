import type { MessageView } from '../../../events/http-contracts.ts';
import { unreadInThread } from '../../client/thread-state.ts';
import { useOpenConversation } from '../conversation-context.ts';
import { nameList } from '../names.ts';

/** Under a root: how many have answered in its thread, and the way there. */
export function ThreadChip({ message }: { readonly message: MessageView }) {
  const { people, myId, thread, threadMarks, openThread } = useOpenConversation();
  const { replies } = message;
  if (replies === undefined || replies.count === 0 || thread !== undefined) return null;
  const unread = unreadInThread(message, threadMarks);
  return (
    <button
      type="button"
      className="thread-chip"
      data-unread={unread > 0 || undefined}
      title={nameList(people, replies.user_ids, myId)}
      onClick={() => openThread(message.seq_no)}
    >
      {replies.count === 1 ? '1 reply' : `${replies.count} replies`}
      {unread > 0 && (
        <>
          <span className="unread-dot" aria-hidden="true" />
          <span className="visually-hidden"> {unread} unread</span>
        </>
      )}
    </button>
  );
}
