import { useEffect, useRef, useState } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import { type ConversationState, unreadCount } from '../../client/conversation-state.ts';
import { timelineRows } from '../../client/timeline.ts';
import { conversationName } from '../names.ts';
import { Announcer } from './Announcer.tsx';
import { Composer } from './Composer.tsx';
import { ConversationHeader } from './ConversationHeader.tsx';
import { MessageList } from './MessageList.tsx';
import { useReadMark } from './use-read-mark.ts';

export interface ConversationPaneProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
}

/** One conversation; mounted anew for each, so that what it remembers is about this visit. */
export function ConversationPane({ chat, conversation }: ConversationPaneProps) {
  const myId = chat.me.user_id;
  const name = conversationName(conversation.view, myId);
  const rows = timelineRows(conversation.timeline, myId);
  /** Where reading began: the line stays where it was while this visit lasts. */
  const [unreadAfter] = useState(() => (unreadCount(conversation) > 0 ? conversation.readSeq : undefined));
  const [isAtEnd, setAtEnd] = useState(false);
  useReadMark(conversation, isAtEnd);

  const heading = useRef<HTMLHeadingElement>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // With a keyboard one wants to write; on a phone the keys on the screen would hide what there is to read.
    const target = window.matchMedia('(pointer: fine)').matches ? composer.current : heading.current;
    target?.focus({ preventScroll: true });
  }, []);

  return (
    <section className="conversation" aria-label={`Conversation with ${name}`}>
      <ConversationHeader view={conversation.view} myId={myId} name={name} headingRef={heading} />
      <MessageList
        chat={chat}
        conversation={conversation}
        rows={rows}
        unreadAfter={unreadAfter}
        onAtEnd={setAtEnd}
      />
      <Announcer rows={rows} chat={chat} knownSeq={conversation.timeline.knownSeq} />
      <Composer convoId={conversation.convoId} name={name} inputRef={composer} />
    </section>
  );
}
