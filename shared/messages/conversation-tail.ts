import type { Conversation } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';
import { advanceStream } from './client-order.ts';
import type { NewMessage } from './message-store.ts';

/** The conversation's map of recent senders after a batch. */
export function recentSendersAfter(
  { recentSenders }: Pick<Conversation, 'recentSenders'>,
  batch: readonly NewMessage[],
): Record<string, number> {
  const news = batch.map(({ message }) => [message.senderId, message.seq] as const);
  return newest(recentSenders, news, limits.recentSendersMax);
}

/** The conversation's map of numbering clients after a batch. */
export function clientStreamsAfter(
  { clientStreams }: Pick<Conversation, 'clientStreams'>,
  batch: readonly NewMessage[],
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

/** The latest entries win and come last; the oldest ones leave, so that the counter item keeps below 1 KB. */
function newest(
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
