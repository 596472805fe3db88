import type { ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Message, Thread } from '../messages/message.ts';

/**
 * The root of the thread that a message with this number begins or belongs to, or why there is none: threads have one
 * level, so that a message of a thread stands for its root.
 */
export function rootOf(
  seq: number,
  messageAt: (seq: number) => Message | undefined,
): Message | Extract<ErrorCode, 'message.not_found' | 'message.thread_invalid'> {
  const named = messageAt(seq);
  const root = named?.thread === undefined ? named : messageAt(named.thread);
  if (!root || root.deletedAt !== undefined) return 'message.not_found';
  return root.system ? 'message.thread_invalid' : root;
}

/** What a root knows of its thread after one more message of it. */
export function threadAfter(
  before: Thread | undefined,
  { senderId, seq, createdAt }: Pick<Message, 'senderId' | 'seq' | 'createdAt'>,
): Thread {
  const count = (before?.count ?? 0) + 1;
  const others = (before?.userIds ?? []).flatMap((userId, index) =>
    userId === senderId ? [] : [[userId, before?.places[index] ?? 0] as const],
  );
  const people = [...others, [senderId, count] as const].slice(-limits.threadPeopleMax);
  return {
    count,
    lastSeq: seq,
    lastAt: createdAt,
    userIds: people.map(([userId]) => userId),
    places: people.map(([, place]) => place),
  };
}
