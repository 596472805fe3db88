import type { Conversation, LastMessage } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';
import { truncate } from '../text.ts';
import { advanceStream } from './client-order.ts';
import type { Message } from './message.ts';
import type { Effects, NewEntry } from './message-store.ts';

/** The conversation's map of recent senders after a batch. */
export function recentSendersAfter(
  { recentSenders }: Pick<Conversation, 'recentSenders'>,
  batch: readonly NewEntry[],
): Record<string, number> {
  const news = newMessages(batch).map(({ senderId, seq }) => [senderId, seq] as const);
  return newest(recentSenders, news, limits.recentSendersMax);
}

/** The conversation's map of numbering clients after a batch. */
export function clientStreamsAfter(
  { clientStreams }: Pick<Conversation, 'clientStreams'>,
  batch: readonly NewEntry[],
): Record<string, number> {
  const after = new Map(Object.entries(clientStreams));
  const news = batch.flatMap(({ clientSeq }) => {
    if (!clientSeq) return [];
    const number = advanceStream(after.get(clientSeq.sessionId), clientSeq.number);
    after.set(clientSeq.sessionId, number);
    return [[clientSeq.sessionId, number] as const];
  });
  return newest(clientStreams, news, limits.clientStreamsMax);
}

/** The messages that a batch brings, ascending. */
export function newMessages(batch: readonly NewEntry[]): Message[] {
  return batch.flatMap((entry) => ('message' in entry ? [entry.message] : []));
}

/** The conversation's last message after a batch, in brief; undefined when it is what it was. */
export function lastMessageAfter(
  { seq }: Pick<Conversation, 'seq'>,
  batch: readonly NewEntry[],
  { changed }: Pick<Effects, 'changed'>,
): LastMessage | undefined {
  const last = newMessages(batch).at(-1) ?? changed.find((message) => message.seq === seq);
  return (
    last && {
      seq: last.seq,
      senderId: last.senderId,
      preview: truncate(last.content || (last.forwarded?.content ?? ''), limits.lastMessagePreviewChars),
      createdAt: last.createdAt,
      ...(last.system && { system: last.system }),
    }
  );
}

/** The latest entries win and come last; the oldest ones leave, so that the counter item keeps below 1 KB. */
export function newest(
  before: Readonly<Record<string, number>>,
  news: readonly (readonly [string, number])[],
  max: number,
): Record<string, number> {
  const entries = new Map(Object.entries(before));
  for (const [key, value] of news) {
    entries.delete(key);
    entries.set(key, value);
  }
  return Object.fromEntries([...entries].slice(-max));
}
