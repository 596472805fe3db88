import { useRef } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import type { TimelineRow } from '../../client/timeline.ts';
import { personName } from '../names.ts';

const kept = 5;

export interface AnnouncerProps {
  readonly rows: readonly TimelineRow[];
  readonly chat: ChatState;
  readonly knownSeq: number;
}

/**
 * Tells screen readers, politely, what others write from now on. The list itself is no live region: it also grows
 * when older history comes in, which nobody wants to have read out.
 */
export function Announcer({ rows, chat, knownSeq }: AnnouncerProps) {
  const startSeq = useRef(knownSeq).current;
  const myId = chat.me.user_id;
  const recent = rows
    .flatMap((row) => (row.kind === 'message' ? [row.message] : []))
    .filter((message) => message.seq_no > startSeq && message.sender_id !== myId)
    .slice(-kept);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-label="New messages">
      {recent.map((message) => (
        <p key={message.seq_no}>
          {personName(chat.people, message.sender_id, myId)}:{' '}
          {message.deleted_at === undefined ? message.content : 'Message deleted'}
        </p>
      ))}
    </div>
  );
}
