import type {
  Capability,
  ConversationDetails,
  ConversationView,
  MemberState,
  Role,
  SystemMessage,
} from '../../events/server-frames.ts';
import type { Person } from '../users/user.ts';
import { personView } from '../users/user.ts';

export interface LastMessage {
  readonly seq: number;
  readonly senderId: string;
  readonly preview: string;
  readonly createdAt: string;
  readonly system?: SystemMessage;
}

/** What of a conversation is told in lists but not needed for its messages; an item of its own. */
export interface Details {
  readonly topic?: string;
  readonly avatar?: string;
}

/** A conversation's one counter item: everything here changes with the sequence number or the membership. */
export interface Conversation {
  readonly convoId: string;
  readonly type: 'direct' | 'group' | 'room';
  readonly title: string | null;
  readonly createdAt: string;
  /** The sequence number of the last message; 0 before the first. */
  readonly seq: number;
  /** The number of the last change of any of its messages; 0 before the first. */
  readonly rev: number;
  /** Grows with every change of the membership, of title, topic, avatar and of the settings below. */
  readonly membersVersion: number;
  readonly memberCount: number;
  /** The first few members, for showing the conversation without reading its roster. */
  readonly shownMembers: readonly string[];
  /** Sender → their own last sequence number, for the most recent senders: who sends has read. */
  readonly recentSenders: Readonly<Record<string, number>>;
  /** Session → the last `client_seq` of it, for the most recent clients that number their messages. */
  readonly clientStreams: Readonly<Record<string, number>>;
  readonly lastMessage: LastMessage | null;
  /** Newcomers see what comes after them; absent: everything. */
  readonly history?: 'joined';
  /** Only owner and admins write; absent: everybody. */
  readonly posting?: 'admins';
  /** Nothing can be written or changed any more. */
  readonly archivedAt?: string;
  /** Some member has a `fromSeq`: only the roster knows who. */
  readonly hasNewcomers?: true;
  /** There is a `Details` item. */
  readonly hasDetails?: true;
  /** Of a direct conversation: who of the two blocks the other; never empty. */
  readonly silencedBy?: readonly string[];
  /** What happens here is delivered to these; never empty. */
  readonly webhookIds?: readonly string[];
}

/** A member as the roster knows them. */
export interface RosterEntry {
  readonly userId: string;
  readonly role: Role;
  /** Messages up to here were before their time: they are told nothing of them. 0: they see all. */
  readonly fromSeq: number;
}

/** How somebody's membership ended; they keep what was there until then. */
export interface Leaving {
  readonly state: Exclude<MemberState, 'member'>;
  /** The last message and the last change that they can see. */
  readonly seq: number;
  readonly rev: number;
  /** Of the membership with which they left: what came of it afterwards is not theirs to know. */
  readonly version: number;
  /** ISO 8601. */
  readonly at: string;
  /** What the conversation was called then. */
  readonly title: string | null;
}

/** One person's side of a conversation. */
export interface Membership {
  readonly convoId: string;
  readonly userId: string;
  readonly role: Role;
  /** Messages up to here were before their time; absent: they see all. */
  readonly fromSeq?: number;
  /** Set when they are no member any more. Only `ConversationStore.standing` and `standings` show such a one. */
  readonly left?: Leaving;
  /** ISO 8601; far in the future: until they take it back. */
  readonly mutedUntil?: string;
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
 * unless they put the mark back. What was before their time is never unread.
 */
export function effectiveReadSeq(conversation: Conversation, membership: Membership): number {
  const { unreadMark, fromSeq = 0 } = membership;
  return Math.max(fromSeq, unreadMark?.seq ?? receiptOf(conversation, membership).readSeq);
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

const ofAdmins: readonly Capability[] = [
  'message.pin',
  'message.delete_any',
  'mention.all',
  'conversation.edit',
  'conversation.settings',
  'member.add',
  'member.remove',
  'member.ban',
  'invite.create',
  'webhook.manage',
];
/** What is left in an archived conversation: to open it again, and to see to who is in it. */
const inTheArchive: readonly Capability[] = [
  'conversation.settings',
  'member.remove',
  'member.ban',
  'role.change',
];

/**
 * What somebody may do here. The server goes by it everywhere, and clients offer by it. In a direct conversation nobody
 * rules; elsewhere owners may everything, admins everything but give roles.
 */
export function capabilitiesOf(
  conversation: Pick<Conversation, 'type' | 'posting' | 'archivedAt' | 'silencedBy'>,
  role: Role,
): Capability[] {
  const { type, posting, archivedAt, silencedBy } = conversation;
  if (type === 'direct') return silencedBy ? [] : ['message.send', 'message.pin', 'mention.all'];
  const rules = role === 'owner' || role === 'admin';
  const all: Capability[] = [
    ...(rules || posting !== 'admins' ? (['message.send'] as const) : []),
    ...(rules ? ofAdmins : []),
    ...(role === 'owner' ? (['role.change'] as const) : []),
  ];
  return archivedAt === undefined ? all : all.filter((one) => inTheArchive.includes(one));
}

/** What is the same for all members. */
export function detailsOf(
  conversation: Conversation,
  details: Details = {},
): Omit<ConversationDetails, 'type'> {
  return {
    convo_id: conversation.convoId,
    title: conversation.title,
    topic: details.topic ?? null,
    avatar: details.avatar ?? null,
    archived_at: conversation.archivedAt ?? null,
    history: conversation.history ?? 'all',
    posting: conversation.posting ?? 'everybody',
    member_count: conversation.memberCount,
    version: conversation.membersVersion,
  };
}

export function conversationView(
  conversation: Conversation,
  membership: Membership,
  people: ReadonlyMap<string, Person>,
  details?: Details,
): ConversationView {
  const { fromSeq = 0 } = membership;
  const { lastMessage: last } = conversation;
  const lastMessage = last && last.seq > fromSeq ? last : null;
  return {
    ...detailsOf(conversation, details),
    type: conversation.type,
    created_at: conversation.createdAt,
    members: conversation.shownMembers.flatMap((userId) => {
      const person = people.get(userId);
      return person ? [personView(person)] : [];
    }),
    seq: conversation.seq,
    rev: conversation.rev,
    capabilities: capabilitiesOf(conversation, membership.role),
    role: membership.role,
    state: 'member',
    from_seq: membership.fromSeq ?? 0,
    muted_until: membership.mutedUntil ?? null,
    read_seq: effectiveReadSeq(conversation, membership),
    unread: unreadCount(conversation, membership),
    last_message: lastMessage && {
      seq_no: lastMessage.seq,
      sender_id: lastMessage.senderId,
      preview: lastMessage.preview,
      created_at: lastMessage.createdAt,
      ...(lastMessage.system && { system: lastMessage.system }),
    },
  };
}
