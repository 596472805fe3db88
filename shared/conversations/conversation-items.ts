/** How conversations, roster entries and memberships stand in the table; shapes in conversation-keys.ts. */
import type { SystemMessage } from '../../events/server-frames.ts';
import type { Conversation, Details, LastMessage, Leaving, Membership, RosterEntry } from './conversation.ts';
import { conversationKey, detailsKey, membershipKey, rosterKey } from './conversation-keys.ts';
import { unreadMarkOf } from './dynamo-marks.ts';

type Item = Record<string, unknown>;

export function conversationItem(conversation: Conversation): Item {
  return {
    ...conversationKey(conversation.convoId),
    convo_id: conversation.convoId,
    type: conversation.type,
    created_at: conversation.createdAt,
    seq: conversation.seq,
    ...(conversation.rev > 0 && { rev: conversation.rev }),
    senders: Object.entries(conversation.recentSenders),
    streams: Object.entries(conversation.clientStreams),
    last_message: conversation.lastMessage && lastMessageItem(conversation.lastMessage),
    ...changeableAttributes(conversation),
  };
}

/** What changes of members and settings write; what is undefined here has no attribute. Blocks and webhooks keep their own. */
export function changeableAttributes(conversation: Conversation) {
  return {
    title: conversation.title,
    members_version: conversation.membersVersion,
    member_count: conversation.memberCount,
    shown_members: conversation.shownMembers,
    history: conversation.history,
    posting: conversation.posting,
    archived_at: conversation.archivedAt,
    has_newcomers: conversation.hasNewcomers,
    has_details: conversation.hasDetails,
  };
}

export function lastMessageItem(message: LastMessage) {
  return {
    seq: message.seq,
    sender_id: message.senderId,
    preview: message.preview,
    created_at: message.createdAt,
    ...(message.system && { system: message.system }),
  };
}

export function toConversation(item: Item): Conversation {
  const last = item.last_message as (ReturnType<typeof lastMessageItem> & { system?: SystemMessage }) | null;
  return {
    convoId: String(item.convo_id),
    type: item.type as Conversation['type'],
    title: item.title as string | null,
    createdAt: String(item.created_at),
    seq: Number(item.seq),
    rev: Number(item.rev ?? 0),
    membersVersion: Number(item.members_version),
    memberCount: Number(item.member_count),
    shownMembers: item.shown_members as string[],
    recentSenders: Object.fromEntries(item.senders as [string, number][]),
    clientStreams: Object.fromEntries(item.streams as [string, number][]),
    lastMessage: last && {
      seq: last.seq,
      senderId: last.sender_id,
      preview: last.preview,
      createdAt: last.created_at,
      ...(last.system && { system: last.system }),
    },
    ...(item.history === 'joined' && { history: 'joined' as const }),
    ...(item.posting === 'admins' && { posting: 'admins' as const }),
    ...(typeof item.archived_at === 'string' && { archivedAt: item.archived_at }),
    ...(item.has_newcomers === true && { hasNewcomers: true as const }),
    ...(item.has_details === true && { hasDetails: true as const }),
    ...(isFilled(item.silenced_by) && { silencedBy: [...item.silenced_by] }),
    ...(isFilled(item.webhook_ids) && { webhookIds: [...item.webhook_ids] }),
  };
}

/** A list, or a set of DynamoDB, that has something in it. */
function isFilled(value: unknown): value is Iterable<string> {
  return value instanceof Set ? value.size > 0 : Array.isArray(value) && value.length > 0;
}

/** undefined: there is nothing to keep. */
export function detailsItem(convoId: string, { topic, avatar }: Details): Item | undefined {
  if (topic === undefined && avatar === undefined) return undefined;
  return { ...detailsKey(convoId), convo_id: convoId, topic, avatar };
}

export function toDetails(item: Item): Details {
  return {
    ...(typeof item.topic === 'string' && { topic: item.topic }),
    ...(typeof item.avatar === 'string' && { avatar: item.avatar }),
  };
}

/** A plain member who sees everything costs no more than their id. */
export function rosterItem({ convoId, userId, role, fromSeq }: Membership): Item {
  return {
    ...rosterKey(convoId, userId),
    user_id: userId,
    ...(role !== 'member' && { role }),
    ...(fromSeq !== undefined && { from_seq: fromSeq }),
  };
}

export function toRosterEntry(item: Item): RosterEntry {
  return {
    userId: String(item.user_id),
    role: (item.role as RosterEntry['role'] | undefined) ?? 'member',
    fromSeq: Number(item.from_seq ?? 0),
  };
}

export function membershipItem(member: Membership): Item {
  return {
    ...membershipKey(member.userId, member.convoId),
    convo_id: member.convoId,
    user_id: member.userId,
    role: member.role,
    read_seq: member.readSeq,
    ...(member.fromSeq !== undefined && { from_seq: member.fromSeq }),
    ...(member.mutedUntil !== undefined && { muted_until: member.mutedUntil }),
  };
}

export function toMembership(item: Item): Membership {
  const unreadMark = unreadMarkOf(item);
  return {
    convoId: String(item.convo_id),
    userId: String(item.user_id),
    role: item.role as Membership['role'],
    readSeq: Number(item.read_seq),
    ...(item.from_seq !== undefined && { fromSeq: Number(item.from_seq) }),
    ...(item.left !== undefined && { left: item.left as Leaving }),
    ...(typeof item.muted_until === 'string' && { mutedUntil: item.muted_until }),
    ...(item.delivered_seq !== undefined && { deliveredSeq: Number(item.delivered_seq) }),
    ...(unreadMark && { unreadMark }),
  };
}
