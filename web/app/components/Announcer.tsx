import { useRef } from 'react';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { ChatState } from '../../client/chat-state.ts';
import type { TimelineRow } from '../../client/timeline-rows.ts';
import { personName } from '../names.ts';
import { plainText } from '../plain-text.ts';
import { isSaid, systemText } from '../system-text.ts';

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
    .filter(({ system }) => system === undefined || isSaid(system))
    .slice(-kept);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-label="New messages">
      {recent.map((message) => (
        <p key={message.seq_no}>{announcement(message, { people: chat.people, myId })}</p>
      ))}
    </div>
  );
}

function announcement(message: MessageView, names: Parameters<typeof systemText>[1]): string {
  const { sender_id, system } = message;
  if (system !== undefined) return systemText({ sender_id, system }, names);
  const text =
    message.deleted_at === undefined
      ? plainText(message.content || (message.forwarded?.content ?? ''))
      : 'Message deleted';
  return `${personName(names.people, sender_id, names.myId)}: ${text}`;
}
