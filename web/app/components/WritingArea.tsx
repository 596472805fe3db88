import { type RefObject, useMemo } from 'react';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { ChatState } from '../../client/chat-state.ts';
import type { ConversationState } from '../../client/conversation-state.ts';
import type { TimelineRow } from '../../client/timeline-rows.ts';
import type { Writing } from '../conversation-context.ts';
import { whyNoWriting } from '../conversation-rights.ts';
import { ClosedComposer } from './ClosedComposer.tsx';
import { Composer } from './Composer.tsx';
import { TypingLine } from './TypingLine.tsx';
import type { MessageParts } from './use-message-parts.ts';

export interface WritingAreaProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
  readonly rows: readonly TimelineRow[];
  readonly name: string;
  readonly inputRef: RefObject<HTMLTextAreaElement | null>;
  readonly parts: MessageParts;
}

/** Where one writes, or why one cannot. */
export function WritingArea({ chat, conversation, rows, name, inputRef, parts }: WritingAreaProps) {
  const { convoId, view, timeline, typing } = conversation;
  const { thread } = parts.open;
  const myId = chat.me.user_id;
  const { people } = chat;
  const mentionable = useMemo(
    () => mentionablePeople(view.members, timeline.messages, people, myId),
    [view.members, timeline.messages, people, myId],
  );
  const closed = whyNoWriting(view);
  const { writing, setWriting } = parts;

  /** The one before it would be a surprise while the last one is still on its way. */
  function editLast(): void {
    const last = rows.findLast((row) => row.kind === 'pending' || isOwn(row.message, myId));
    if (last?.kind === 'message') setWriting({ kind: 'edit', message: last.message });
  }

  if (closed !== undefined)
    return (
      <div className="writing-area">
        <ClosedComposer reason={closed} />
      </div>
    );
  return (
    <div className="writing-area">
      {thread === undefined && <TypingLine typing={typing} people={people} myId={myId} />}
      <Composer
        convoId={convoId}
        thread={thread}
        name={name}
        inputRef={inputRef}
        myId={myId}
        people={mentionable}
        mayMentionAll={view.capabilities.includes('mention.all')}
        writing={writing && presentWriting(writing, rows)}
        onWritingEnd={() => setWriting(undefined)}
        onEditLast={editLast}
      />
    </div>
  );
}

function isOwn(message: MessageView, myId: string): boolean {
  return message.sender_id === myId && message.deleted_at === undefined && message.system === undefined;
}

/** Nothing more can be done with a message that was deleted meanwhile. */
function presentWriting(writing: Writing, rows: readonly TimelineRow[]): Writing | undefined {
  const row = rows.find((each) => each.kind === 'message' && each.message.seq_no === writing.message.seq_no);
  return row?.kind === 'message' && row.message.deleted_at !== undefined ? undefined : writing;
}

/** The members that are known, and whoever has written here. */
function mentionablePeople(
  members: ConversationState['view']['members'],
  messages: readonly MessageView[],
  people: ChatState['people'],
  myId: string,
) {
  const writers = messages
    .filter(({ system }) => system === undefined)
    .flatMap((message) => people.get(message.sender_id) ?? []);
  const byId = new Map([...members, ...writers].map((person) => [person.user_id, person]));
  byId.delete(myId);
  return [...byId.values()];
}
