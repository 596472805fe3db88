/** How messages, changes and dedupe rows stand in the table; shapes in message-keys.ts. */

import type { SystemMessage } from '../../events/server-frames.ts';
import type { FormerText, Forwarded, Message, Reaction, Thread } from './message.ts';
import { changeKey, dedupeKey, messageKey, replyKey, threadKey, versionsKey } from './message-keys.ts';
import type { LogEntry, NewEntry, StoredPlace } from './message-store.ts';

type Item = Record<string, unknown>;

export function messageItem(message: Message): Item {
  const { replyTo, mentions, rev, editedAt, deletedAt, reactions, pinned } = message;
  const { thread, threadSeq, replies, forwarded, system } = message;
  return {
    ...messageKey(message.convoId, message.seq),
    convo_id: message.convoId,
    seq: message.seq,
    server_msg_id: message.serverMsgId,
    sender_id: message.senderId,
    client_msg_id: message.clientMsgId,
    content: message.content,
    created_at: message.createdAt,
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(mentions && { mentions }),
    ...(rev !== undefined && { rev }),
    ...(editedAt !== undefined && { edited_at: editedAt }),
    ...(deletedAt !== undefined && { deleted_at: deletedAt }),
    // A list, because a map of DynamoDB keeps no order, and clients show the emojis in the order in which they came.
    ...(reactions && { reactions: reactions.map(({ emoji, userIds }) => [emoji, userIds]) }),
    ...(pinned && { pinned }),
    ...(thread !== undefined && { thread }),
    ...(threadSeq !== undefined && { thread_seq: threadSeq }),
    ...(replies && { replies }),
    ...(forwarded && { forwarded }),
    ...(system && { system }),
  };
}

export function toMessage(item: Item): Message {
  return {
    convoId: String(item.convo_id),
    seq: Number(item.seq),
    serverMsgId: String(item.server_msg_id),
    senderId: String(item.sender_id),
    clientMsgId: String(item.client_msg_id),
    content: String(item.content),
    createdAt: String(item.created_at),
    ...(item.reply_to !== undefined && { replyTo: Number(item.reply_to) }),
    ...(item.mentions !== undefined && { mentions: item.mentions as string[] }),
    ...(item.rev !== undefined && { rev: Number(item.rev) }),
    ...(typeof item.edited_at === 'string' && { editedAt: item.edited_at }),
    ...(typeof item.deleted_at === 'string' && { deletedAt: item.deleted_at }),
    ...(item.reactions !== undefined && { reactions: toReactions(item.reactions) }),
    ...(item.pinned === true && { pinned: true }),
    ...(item.thread !== undefined && { thread: Number(item.thread) }),
    ...(item.thread_seq !== undefined && { threadSeq: Number(item.thread_seq) }),
    ...(item.replies !== undefined && { replies: item.replies as Thread }),
    ...(item.forwarded !== undefined && { forwarded: item.forwarded as Forwarded }),
    ...(item.system !== undefined && { system: item.system as SystemMessage }),
  };
}

function toReactions(stored: unknown): Reaction[] {
  return (stored as [string, string[]][]).map(([emoji, userIds]) => ({ emoji, userIds }));
}

export function changeItem(convoId: string, { rev, seq }: LogEntry): Item {
  return { ...changeKey(convoId, rev), rev, seq };
}

/** What makes a message of a thread found there; the first one also makes the thread found. */
export function threadItems({ convoId, seq, thread, threadSeq }: Message): Item[] {
  if (thread === undefined || threadSeq === undefined) return [];
  const reply = { ...replyKey(convoId, thread, threadSeq), thread_seq: threadSeq, seq };
  return threadSeq > 1 ? [reply] : [reply, { ...threadKey(convoId, thread), root: thread, first_seq: seq }];
}

export function toLogEntry(item: Item): LogEntry {
  return { rev: Number(item.rev), seq: Number(item.seq) };
}

export function versionsItem(convoId: string, seq: number, texts: readonly FormerText[]): Item {
  const versions = texts.map(({ content, createdAt, until }) => ({
    content,
    created_at: createdAt,
    ...(until !== undefined && { until }),
  }));
  return { ...versionsKey(convoId, seq), versions };
}

export function toFormerTexts(item: Item | undefined): FormerText[] {
  const versions = (item?.versions ?? []) as { content: string; created_at: string; until?: number }[];
  return versions.map(({ content, created_at: createdAt, until }) => ({
    content,
    createdAt,
    ...(until !== undefined && { until }),
  }));
}

export function dedupeItem(entry: NewEntry): Item {
  const place = 'message' in entry ? entry.message : entry.place;
  return {
    ...dedupeKey(place.convoId, place.senderId, place.clientMsgId),
    convo_id: place.convoId,
    client_msg_id: place.clientMsgId,
    seq: place.seq,
    server_msg_id: place.serverMsgId,
    created_at: place.createdAt,
    body_hash: entry.bodyHash,
    queue_message_id: entry.queueMessageId,
    ...('message' in entry && entry.rooted && { root: entry.rooted.seq, root_rev: entry.rooted.rev }),
    ...('change' in entry && { rev: entry.change.rev }),
    ...('change' in entry && !entry.change.effective && { no_effect: true }),
  };
}

export function toStoredPlace(item: Item): StoredPlace {
  return {
    convoId: String(item.convo_id),
    clientMsgId: String(item.client_msg_id),
    seq: Number(item.seq),
    serverMsgId: String(item.server_msg_id),
    createdAt: String(item.created_at),
    bodyHash: String(item.body_hash),
    queueMessageId: String(item.queue_message_id),
    ...(item.rev !== undefined && {
      change: { rev: Number(item.rev), effective: item.no_effect !== true },
    }),
    ...(item.root_rev !== undefined && { rooted: { rev: Number(item.root_rev), seq: Number(item.root) } }),
  };
}
