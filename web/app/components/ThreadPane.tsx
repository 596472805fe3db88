import { useEffect, useRef, useState } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import type { ConversationState } from '../../client/conversation-state.ts';
import { olderBefore } from '../../client/message-window.ts';
import { threadSeqOf } from '../../client/thread-state.ts';
import { messageRow, threadRows } from '../../client/timeline-rows.ts';
import { activeChat, client } from '../chat-store.ts';
import { OpenConversationProvider } from '../conversation-context.ts';
import { errorText } from '../error-text.ts';
import { conversationHref } from '../route.ts';
import { Announcer } from './Announcer.tsx';
import { BackIcon, CloseIcon } from './icons.tsx';
import { MessageList } from './MessageList.tsx';
import { MessageOverlays } from './MessageOverlays.tsx';
import { LoadError } from './settings/LoadError.tsx';
import { useMessageParts } from './use-message-parts.ts';
import { useThreadMark } from './use-read-mark.ts';
import { WritingArea } from './WritingArea.tsx';

export interface ThreadPaneProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
  readonly rootSeq: number;
}

/** A thread beside its conversation, or in its place on a phone. */
export default function ThreadPane({ chat, conversation, rootSeq }: ThreadPaneProps) {
  const { convoId, timeline } = conversation;
  const thread = conversation.threads.get(rootSeq);
  const [isAtEnd, setAtEnd] = useState(false);
  const { error, retry } = useOpenThread(convoId, rootSeq, thread === undefined);
  const parts = useMessageParts(chat, conversation, rootSeq);
  useThreadMark(conversation, rootSeq, isAtEnd && conversation.view.state === 'member');
  const composer = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const isThere = thread !== undefined;
  useEffect(() => {
    const target = isThere && window.matchMedia('(pointer: fine)').matches ? composer.current : null;
    (target ?? heading.current)?.focus({ preventScroll: true });
  }, [isThere]);

  const myId = chat.me.user_id;
  const replies = thread === undefined ? [] : threadRows(thread, timeline, myId);
  const older = thread && olderBefore(thread, threadSeqOf);
  const root = thread && messageRow(timeline, thread.root, myId);
  const rows = root === undefined || older !== undefined ? replies : [root, ...replies];
  return (
    <OpenConversationProvider value={parts.open}>
      <section className="conversation thread" aria-label="Thread">
        <header className="conversation-header">
          <a
            className="icon-button back"
            href={conversationHref(convoId)}
            aria-label="Back to the conversation"
          >
            <BackIcon />
          </a>
          <div className="conversation-title">
            <h1 ref={heading} tabIndex={-1}>
              Thread
            </h1>
            <p>{thread === undefined ? '' : repliesText(thread.root.replies?.count ?? 0)}</p>
          </div>
          <a
            className="icon-button thread-close"
            href={conversationHref(convoId)}
            aria-label="Close the thread"
          >
            <CloseIcon />
          </a>
        </header>
        {thread === undefined ? (
          <div className="thread-loading">
            <LoadError error={error} onRetry={retry} />
          </div>
        ) : (
          <>
            <MessageList
              chat={chat}
              conversation={conversation}
              rows={rows}
              older={older}
              loadOlder={() => activeChat().threads.loadOlder(convoId, rootSeq)}
              label="Messages of the thread"
              unreadAfter={undefined}
              onAtEnd={setAtEnd}
            />
            <Announcer rows={replies} chat={chat} knownSeq={timeline.knownSeq} />
            <WritingArea
              chat={chat}
              conversation={conversation}
              rows={rows}
              name="the thread"
              inputRef={composer}
              parts={parts}
            />
          </>
        )}
      </section>
      <MessageOverlays parts={parts} />
    </OpenConversationProvider>
  );
}

export function repliesText(count: number): string {
  if (count === 0) return 'No replies yet';
  return count === 1 ? '1 reply' : `${count} replies`;
}

/** Loads it, and forgets it when nobody looks at it any more. */
function useOpenThread(convoId: string, rootSeq: number, isMissing: boolean) {
  const [error, setError] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is a reason to load
  useEffect(() => {
    if (!isMissing) return;
    let isOver = false;
    setError(undefined);
    activeChat()
      .threads.open(convoId, rootSeq)
      .catch((failure: unknown) => {
        if (!isOver) setError(errorText(failure));
      });
    return () => {
      isOver = true;
    };
  }, [convoId, rootSeq, isMissing, attempt]);
  useEffect(() => () => client.chat?.threads.close(convoId, rootSeq), [convoId, rootSeq]);
  return { error, retry: () => setAttempt((before) => before + 1) };
}
