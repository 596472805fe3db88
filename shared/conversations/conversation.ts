import type { Capability, ConversationView } from '../../events/server-frames.ts';
import type { Person } from '../users/user.ts';
import { personView } from '../users/user.ts';

export interface LastMessage {
  readonly seq: number;
  readonly senderId: string;
  readonly preview: string;
  readonly createdAt: string;
}

/** A conversation's one counter item: everything here changes with the sequence number or the membership. */
export interface Conversation {
  readonly convoId: string;
  readonly type: 'direct' | 'group';
  readonly title: string | null;
  readonly createdAt: string;
  /** The sequence number of the last message; 0 before the first. */
  readonly seq: number;
  /** The number of the last change of any of its messages; 0 before the first. */
  readonly rev: number;
  /** Grows with every change of the membership. */
  readonly membersVersion: number;
  readonly memberCount: number;
  /** The first few members, for showing the conversation without reading its roster. */
  readonly shownMembers: readonly string[];
  /** Sender → their own last sequence number, for the most recent senders: who sends has read. */
  readonly recentSenders: Readonly<Record<string, number>>;
  /** Session → the last `client_seq` of it, for the most recent clients that number their messages. */
  readonly clientStreams: Readonly<Record<string, number>>;
  readonly lastMessage: LastMessage | null;
}

/** One person's side of a conversation. */
export interface Membership {
  readonly convoId: string;
  readonly userId: string;
  readonly role: 'owner' | 'member';
  /** Only ever rises. */
  readonly readSeq: number;
  /** Only ever rises; absent before the first `message.delivered`. */
  readonly deliveredSeq?: number;
  /** The member put their own mark back; gone once they read on. Nobody else ever sees it. */
  readonly unreadMark?: UnreadMark;
}

/** Everything after `seq` counts as unread again. */
export interface UnreadMark {
  readonly seq: number;
  /** When the request for it came in, milliseconds since the epoch. */
  readonly atMs: number;
}

/** How far somebody has got, as the others see it. What was read was delivered. */
export interface Receipt {
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

/** Who sends has read, and whatever is read was delivered. A mark that was put back is nobody else's business. */
export function receiptOf(conversation: Conversation, membership: Membership): Receipt {
  const readSeq = Math.max(membership.readSeq, conversation.recentSenders[membership.userId] ?? 0);
  return { readSeq, deliveredSeq: Math.max(membership.deliveredSeq ?? 0, readSeq) };
}

/**
 * How far somebody has read, for themselves: what they marked, or what they sent themselves, whichever is further;
 * unless they put the mark back.
 */
export function effectiveReadSeq(conversation: Conversation, membership: Membership): number {
  return membership.unreadMark?.seq ?? receiptOf(conversation, membership).readSeq;
}

/** Reading beyond a mark that was put back takes it away; a request that was on its way before it does not. */
export function isResumedBy(unread: UnreadMark, read: UnreadMark): boolean {
  return unread.seq < read.seq && unread.atMs <= read.atMs;
}

/**
 * The one count of unread messages: list, sync and badge all come through here. It counts numbers, so that a deleted
 * message counts until it is passed, and after a mark that was put back one's own do too.
 */
export function unreadCount(conversation: Conversation, membership: Membership): number {
  return Math.max(0, conversation.seq - effectiveReadSeq(conversation, membership));
}

/**
 * What a member may do beyond what every member may. The processor goes by it, and clients offer by it. In a direct
 * conversation nobody rules, and both may pin; in a group its owner does.
 */
export function capabilitiesOf(type: Conversation['type'], role: Membership['role']): Capability[] {
  if (type === 'direct') return ['message.pin', 'mention.all'];
  return role === 'owner' ? ['message.pin', 'message.delete_any', 'mention.all'] : [];
}

export function conversationView(
  conversation: Conversation,
  membership: Membership,
  people: ReadonlyMap<string, Person>,
): ConversationView {
  const { lastMessage } = conversation;
  return {
    convo_id: conversation.convoId,
    type: conversation.type,
    title: conversation.title,
    created_at: conversation.createdAt,
    member_count: conversation.memberCount,
    members: conversation.shownMembers.flatMap((userId) => {
      const person = people.get(userId);
      return person ? [personView(person)] : [];
    }),
    seq: conversation.seq,
    rev: conversation.rev,
    capabilities: capabilitiesOf(conversation.type, membership.role),
    read_seq: effectiveReadSeq(conversation, membership),
    unread: unreadCount(conversation, membership),
    last_message: lastMessage && {
      seq_no: lastMessage.seq,
      sender_id: lastMessage.senderId,
      preview: lastMessage.preview,
      created_at: lastMessage.createdAt,
    },
  };
}
