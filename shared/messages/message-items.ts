/** How messages, changes and dedupe rows stand in the table; shapes in message-keys.ts. */

import type { FormerText, Message, Reaction } from './message.ts';
import { changeKey, dedupeKey, messageKey, versionsKey } from './message-keys.ts';
import type { LogEntry, NewEntry, StoredPlace } from './message-store.ts';

type Item = Record<string, unknown>;

export function messageItem(message: Message): Item {
  const { replyTo, mentions, rev, editedAt, deletedAt, reactions, pinned } = message;
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
  };
}

function toReactions(stored: unknown): Reaction[] {
  return (stored as [string, string[]][]).map(([emoji, userIds]) => ({ emoji, userIds }));
}

export function changeItem(convoId: string, { rev, seq }: LogEntry): Item {
  return { ...changeKey(convoId, rev), rev, seq };
}

export function toLogEntry(item: Item): LogEntry {
  return { rev: Number(item.rev), seq: Number(item.seq) };
}

export function versionsItem(convoId: string, seq: number, texts: readonly FormerText[]): Item {
  const versions = texts.map(({ content, createdAt }) => ({ content, created_at: createdAt }));
  return { ...versionsKey(convoId, seq), versions };
}

export function toFormerTexts(item: Item | undefined): FormerText[] {
  const versions = (item?.versions ?? []) as { content: string; created_at: string }[];
  return versions.map(({ content, created_at: createdAt }) => ({ content, createdAt }));
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
  };
}
