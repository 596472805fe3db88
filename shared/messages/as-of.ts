import pMap from 'p-map';
import type { Leaving } from '../conversations/conversation.ts';
import type { ReadingWindow } from '../conversations/reading-window.ts';
import { limits } from '../limits.ts';
import type { FormerText, Message } from './message.ts';
import type { MessageStore } from './message-store.ts';

/**
 * A message as somebody may see it who left:
 * - what did not change since is as it is;
 * - what was deleted since is deleted for them too;
 * - everything else keeps its place, whom it answered, what it forwarded, and the text that it had then, without reactions, pin
 *   and the summary of its thread, of which nobody knows any more what they were then. A text that was replaced since
 *   more often than former texts are kept is empty.
 *
 * Its change number is that of the leaving: whatever state of before a client holds, this is no older one.
 * @param former its former texts; those of a message that was never edited are none.
 */
export function asOf(message: Message, leaving: Leaving, former: readonly FormerText[]): Message {
  if (isUnchanged(message, leaving)) return message;
  const { createdAt, deletedAt, editedAt, mentions, replyTo, forwarded, system } = message;
  const place = placeAsOf(message, leaving);
  if (deletedAt !== undefined) return { ...place, content: '', deletedAt };
  const texts = textsAsOf(message, leaving, former);
  const text = texts.at(-1) ?? { content: '', createdAt };
  const wasEdited = texts.length > 1 || text.createdAt !== createdAt;
  return {
    ...place,
    content: text.content,
    ...(replyTo !== undefined && { replyTo }),
    ...(wasEdited && { editedAt: text.createdAt }),
    // They came with a text, and nobody knows with which.
    ...(mentions && editedAt === undefined && { mentions }),
    ...(forwarded && { forwarded }),
    ...(system && { system }),
  };
}

/** What no change ever touches: named one by one, so that what messages may have one day is not shown by accident. */
function placeAsOf(message: Message, { rev }: Leaving): Omit<Message, 'content'> {
  const { convoId, seq, serverMsgId, senderId, clientMsgId, createdAt, thread, threadSeq } = message;
  return {
    convoId,
    seq,
    serverMsgId,
    senderId,
    clientMsgId,
    createdAt,
    ...(rev > 0 && { rev }),
    ...(thread !== undefined && { thread }),
    ...(threadSeq !== undefined && { threadSeq }),
  };
}

/** Everything that a message had said until somebody left, the oldest first; empty when it is too long ago. */
export function textsAsOf(
  message: Message,
  leaving: Leaving,
  former: readonly FormerText[],
): readonly Pick<FormerText, 'content' | 'createdAt'>[] {
  const { content, editedAt, createdAt } = message;
  const all: readonly FormerText[] = [...former, { content, createdAt: editedAt ?? createdAt }];
  if (isUnchanged(message, leaving)) return all;
  // The first text that was replaced after the leaving is the one that they saw last; by number, because clocks differ.
  const last = all.findIndex(({ until = Number.POSITIVE_INFINITY }) => until > leaving.rev);
  const texts = all.slice(0, last + 1);
  return last === 0 && isForgotten(former, leaving) ? [] : texts;
}

/** The list is full, so that texts may be gone, and the oldest one that is kept was written after the leaving. */
function isForgotten(former: readonly FormerText[], { at }: Leaving): boolean {
  const [oldest] = former;
  return former.length >= limits.versionsMax && oldest !== undefined && oldest.createdAt > at;
}

function isUnchanged({ rev = 0 }: Message, leaving: Leaving): boolean {
  return rev <= leaving.rev;
}

type TextStore = Pick<MessageStore, 'versions' | 'many'>;

const concurrency = 8;

/**
 * These messages as somebody with this window may see them. Costs members nothing; of whoever left it costs one read of
 * former texts for each message that was ever edited and changed after they left.
 */
export async function asSeenIn(
  { asOf: leaving }: ReadingWindow,
  messages: readonly Message[],
  store: TextStore,
): Promise<readonly Message[]> {
  if (!leaving) return messages;
  return await pMap(messages, (message) => readAsOf(message, leaving, store), { concurrency });
}

async function readAsOf(message: Message, leaving: Leaving, store: TextStore): Promise<Message> {
  if (isUnchanged(message, leaving)) return message;
  const known = await withFormerTexts(message, store);
  return asOf(known.message, leaving, known.former);
}

/**
 * A message that was just read and what it said before: in this order, so that a text which replaced this one meanwhile is
 * noticed. The message itself is another one only if it was deleted meanwhile.
 */
export async function withFormerTexts(
  message: Message,
  store: TextStore,
): Promise<{ message: Message; former: readonly FormerText[] }> {
  if (message.editedAt === undefined) return { message, former: [] };
  const former = await store.versions(message.convoId, message.seq);
  if (former.length > 0) return { message, former };
  // Only its mentions were edited; or it was deleted a moment ago, and its former texts with it.
  const [now] = await store.many(message.convoId, [message.seq]);
  return { message: now?.deletedAt === undefined ? message : now, former };
}
