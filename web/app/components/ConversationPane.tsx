import { lazy, useEffect, useRef, useState } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import { type ConversationState, isMember, unreadCount } from '../../client/conversation-state.ts';
import { olderBefore } from '../../client/message-window.ts';
import { timelineRows } from '../../client/timeline-rows.ts';
import { OpenConversationProvider } from '../conversation-context.ts';
import { conversationName } from '../names.ts';
import { Announcer } from './Announcer.tsx';
import { ConversationHeader } from './ConversationHeader.tsx';
import { Loading } from './Loading.tsx';
import { MessageList } from './MessageList.tsx';
import { MessageOverlays } from './MessageOverlays.tsx';
import { NoticeBanners } from './NoticeBanners.tsx';
import { useMessageParts } from './use-message-parts.ts';
import { useReadMark } from './use-read-mark.ts';
import { useReceipts } from './use-receipts.ts';
import { useUnknownPeople } from './use-unknown-people.ts';
import { WritingArea } from './WritingArea.tsx';

const ThreadPane = lazy(() => import('./ThreadPane.tsx'));

export interface ConversationPaneProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
  /** The root of the thread that is open beside it. */
  readonly thread: number | undefined;
}

/** One conversation; mounted anew for each, so that what it remembers is about this visit. */
export function ConversationPane({ chat, conversation, thread }: ConversationPaneProps) {
  const myId = chat.me.user_id;
  const { convoId, view, timeline } = conversation;
  const name = conversationName(view, myId);
  const rows = timelineRows(timeline, myId);
  const isIn = isMember(conversation);
  /** Where reading began: the line stays where it was while this visit lasts. */
  const [unreadAfter] = useState(() =>
    isIn && unreadCount(conversation) > 0 ? conversation.readSeq : undefined,
  );
  const [isAtEnd, setAtEnd] = useState(false);
  const parts = useMessageParts(chat, conversation);
  useReadMark(conversation, isAtEnd && isIn);
  useReceipts(convoId, chat.connection, isIn);
  useUnknownPeople(chat, conversation);

  const heading = useRef<HTMLHeadingElement>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // With a keyboard one wants to write; on a phone the keys on the screen would hide what there is to read.
    const target = window.matchMedia('(pointer: fine)').matches ? composer.current : heading.current;
    (target ?? heading.current)?.focus({ preventScroll: true });
  }, []);

  return (
    <div className="conversation-panes" data-thread={thread !== undefined || undefined}>
      <OpenConversationProvider value={parts.open}>
        <section className="conversation" aria-label={`Conversation with ${name}`}>
          <div>
            <ConversationHeader
              chat={chat}
              conversation={conversation}
              name={name}
              headingRef={heading}
              onShowPins={() => parts.open.openDialog({ kind: 'pins' })}
            />
            <NoticeBanners notices={chat.notices} convoId={convoId} />
          </div>
          <MessageList
            chat={chat}
            conversation={conversation}
            rows={rows}
            older={olderBefore(timeline)}
            unreadAfter={unreadAfter}
            onAtEnd={setAtEnd}
          />
          <Announcer rows={rows} chat={chat} knownSeq={timeline.knownSeq} />
          <WritingArea
            chat={chat}
            conversation={conversation}
            rows={rows}
            name={name}
            inputRef={composer}
            parts={parts}
          />
        </section>
        <MessageOverlays parts={parts} />
      </OpenConversationProvider>
      {thread !== undefined && (
        <Loading>
          <ThreadPane key={thread} chat={chat} conversation={conversation} rootSeq={thread} />
        </Loading>
      )}
    </div>
  );
}
