import { byActivity, type ChatState } from '../../client/chat-state.ts';
import { isMember } from '../../client/conversation-state.ts';
import { useNow } from '../use-now.ts';
import { ConversationItem } from './ConversationItem.tsx';
import { FormerConversations } from './FormerConversations.tsx';

export interface ConversationListProps {
  readonly chat: ChatState;
  readonly openId: string | undefined;
  readonly onStart: () => void;
}

/** All conversations, the most recently active first. */
export function ConversationList({ chat, openId, onStart }: ConversationListProps) {
  const sorted = byActivity(chat);
  const today = useNow().toDateString();
  return (
    <nav className="conversation-list" aria-label="Conversations">
      {sorted.length > 0 && (
        <ul>
          {sorted.map((conversation) => (
            <ConversationItem
              key={conversation.convoId}
              conversation={conversation}
              people={chat.people}
              myId={chat.me.user_id}
              isOpen={conversation.convoId === openId}
              today={today}
            />
          ))}
        </ul>
      )}
      {sorted.length === 0 && (
        <div className="list-empty">
          {chat.isLoaded ? (
            <>
              <p>No conversations yet.</p>
              <button type="button" className="primary" onClick={onStart}>
                Start a conversation
              </button>
            </>
          ) : (
            <p>Loading your conversations…</p>
          )}
        </div>
      )}
      {chat.isLoaded && <FormerConversations areShown={sorted.some((each) => !isMember(each))} />}
    </nav>
  );
}
