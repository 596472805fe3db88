import { useMemo } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import type { ConversationState } from '../../client/conversation-state.ts';
import type { TimelineRow } from '../../client/timeline-rows.ts';
import { messageGroups } from '../message-groups.ts';
import { useNow } from '../use-now.ts';
import { DownIcon } from './icons.tsx';
import { MessageGroupView } from './MessageGroupView.tsx';
import { OlderMessages } from './OlderMessages.tsx';
import { sentState } from './SentState.tsx';
import { useMessageScroll } from './use-message-scroll.ts';

export interface MessageListProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
  readonly rows: readonly TimelineRow[];
  /** Before this there is more. */
  readonly older: number | undefined;
  /** Loads it; the conversation's own without. */
  readonly loadOlder?: () => Promise<void>;
  readonly label?: string;
  readonly unreadAfter: number | undefined;
  /** Whether the newest message is in view. */
  readonly onAtEnd: (isAtEnd: boolean) => void;
}

export function MessageList(props: MessageListProps) {
  const { chat, conversation, rows, older, loadOlder, label = 'Messages', unreadAfter, onAtEnd } = props;
  const myId = chat.me.user_id;
  const groups = useMemo(() => messageGroups(rows, myId, unreadAfter), [rows, myId, unreadAfter]);
  const firstKey = groups[0]?.messages[0]?.key;
  const lastKey = groups.at(-1)?.messages.at(-1)?.key;
  const isLastPending = rows.at(-1)?.kind === 'pending';
  const { scroller, content, isAtEnd, scrollToEnd } = useMessageScroll({
    firstKey,
    lastKey,
    isLastPending,
    onAtEnd,
  });
  const now = useNow();
  const lastOwnKey = groups.findLast((group) => group.senderId === myId && !group.isLine)?.key;

  return (
    <div className="message-area">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className="messages" ref={scroller} tabIndex={0} aria-label={label}>
        <div className="messages-content" ref={content}>
          {older === undefined ? (
            <p className="messages-start">
              {groups.length === 0
                ? 'No messages yet. Say hello.'
                : conversation.view.from_seq > 0
                  ? 'What was said before is not shown to newcomers.'
                  : 'This is where it began.'}
            </p>
          ) : (
            <OlderMessages
              convoId={conversation.convoId}
              beforeSeq={older}
              scroller={scroller}
              loadOlder={loadOlder}
            />
          )}
          <ol>
            {groups.map((group) => {
              const state =
                group.key === lastOwnKey ? sentState(group, conversation, chat.connection) : undefined;
              return (
                <MessageGroupView
                  key={group.key}
                  group={group}
                  isMine={group.senderId === myId}
                  isNamed={conversation.view.type !== 'direct'}
                  sender={chat.people.get(group.senderId)}
                  now={now}
                  stateName={state?.name}
                  stateText={state?.text}
                />
              );
            })}
          </ol>
        </div>
      </section>
      {!isAtEnd && (
        <button type="button" className="to-end" onClick={scrollToEnd}>
          <DownIcon />
          Newest messages
        </button>
      )}
    </div>
  );
}
