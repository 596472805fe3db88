import type { TimelineEvent } from '../../events/change-accepted.ts';
import { sha256 } from '../ids.ts';

/** A message, or a change of one, as the queue brought it. */
export interface Incoming {
  readonly accepted: TimelineEvent;
  readonly queueMessageId: string;
  /** 1 for the first time. */
  readonly receiveCount: number;
}

/**
 * Everything that a sender can choose about a message or a change: the same id with another of it is a misuse. A plain
 * message keeps the hash that it had before there were others, because its retry may come after years.
 */
export function bodyHash(accepted: TimelineEvent): string {
  return sha256(JSON.stringify(bodyOf(accepted)));
}

function bodyOf(accepted: TimelineEvent): readonly unknown[] {
  if (accepted.name === 'message.accepted') {
    const { content, reply_to, mentions = [], thread, forwarded } = accepted;
    const isPlain = reply_to === undefined && mentions.length === 0;
    const body = isPlain ? [content] : [content, reply_to ?? null, mentions];
    // Where a forwarded message stands is what was chosen: what it says may be another text at the next try.
    const isAlone = thread === undefined && forwarded === undefined;
    return isAlone ? body : [content, reply_to ?? null, mentions, thread ?? null, forwarded?.from ?? null];
  }
  const { change } = accepted;
  switch (change.kind) {
    case 'edit':
      return [change.kind, change.seq_no, change.content, change.mentions ?? []];
    case 'react':
    case 'unreact':
      return [change.kind, change.seq_no, change.emoji, []];
    default:
      return [change.kind, change.seq_no, '', []];
  }
}

/** Frames with one key are repeats of each other. */
export function requestKey({ accepted }: Incoming): string {
  return JSON.stringify([accepted.sender_id, accepted.client_msg_id]);
}

/** The number of the message that it changes; undefined for a message. */
export function targetOf({ accepted }: Incoming): number | undefined {
  return accepted.name === 'change.accepted' ? accepted.change.seq_no : undefined;
}

/** The number of the message whose thread it is for; undefined for what is in none. */
export function threadOf({ accepted }: Incoming): number | undefined {
  return accepted.name === 'message.accepted' ? accepted.thread : undefined;
}
