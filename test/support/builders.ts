/** Builders: a test names what matters to it and gets the rest. */
import type { ChangeAccepted, MessageChange } from '../../events/change-accepted.ts';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { Identity } from '../../shared/auth/access-token.ts';
import { newSession, type Session } from '../../shared/auth/session.ts';
import type { Backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Connection } from '../../shared/connections/connection-store.ts';
import type { Conversation, Leaving, Membership } from '../../shared/conversations/conversation.ts';
import { type Ids, sha256 } from '../../shared/ids.ts';
import type { Incoming } from '../../shared/messages/incoming.ts';
import type { Message } from '../../shared/messages/message.ts';
import type { NewChange, NewMessage } from '../../shared/messages/message-store.ts';
import type { GroupRecord } from '../../shared/messages/process-group.ts';
import type { UserProfile } from '../../shared/users/user.ts';

/** A valid id that a reader recognises: `u_ANNA0000…`. */
export const userId = (name: string) => `u_${name.toUpperCase().padEnd(26, '0')}`;
export const sessionId = (name: string) => `s_${name.toUpperCase().padEnd(26, '0')}`;
export const convoId = (name: string) => `c_${name.toUpperCase().padEnd(26, '0')}`;

export const anna = userId('anna');
export const ben = userId('ben');
export const cleo = userId('cleo');
export const stranger = userId('stranger');
/** So many more people. */
export const crowd = (count: number) => Array.from({ length: count }, (_, index) => userId(`p${index}x`));

export const startMs = Date.parse('2026-03-01T12:00:00.000Z');

export interface MovableClock extends Clock {
  advance(ms: number): void;
}

export function movableClock(nowMs = startMs): MovableClock {
  let now = nowMs;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}

/** Ids that count up; those of one builder never meet those of another with a different `prefix`. */
export function countingIds(prefix = ''): Ids {
  let count = 0;
  const next = () => {
    count += 1;
    return `${prefix}${String(count).padStart(26 - prefix.length, '0')}`;
  };
  return {
    user: () => `u_${next()}`,
    session: () => `s_${next()}`,
    conversation: () => `c_${next()}`,
    message: () => `m_${next()}`,
    secret: () => sha256(next()).slice(0, 43),
  };
}

/** Does not wait, and remembers that it was asked to. */
export function instantBackoff(): Backoff & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    async wait(attempt) {
      waits.push(attempt);
    },
  };
}

export function anIdentity(user = anna, session = 'one'): Identity {
  return { userId: user, sessionId: sessionId(session) };
}

export function aSession(session: Partial<Session> & { secret?: string; nowMs?: number } = {}): Session {
  const { secret = 'secret', nowMs = startMs, ...given } = session;
  return { ...newSession(anIdentity(), secret, nowMs), ...given };
}

export function aProfile(name: string, profile: Partial<UserProfile> = {}): UserProfile {
  return {
    userId: userId(name),
    handle: name,
    displayName: name.charAt(0).toUpperCase() + name.slice(1),
    email: `${name}@example.org`,
    emailVerified: false,
    createdAt: new Date(startMs).toISOString(),
    ...profile,
  };
}

/** With `members`, their number and the shown ones follow from it. */
export function aConversation(
  conversation: Partial<Conversation> & { members?: readonly string[] } = {},
): Conversation {
  const { members = [anna, ben], ...given } = conversation;
  return {
    convoId: convoId('team'),
    type: 'group',
    title: 'Team',
    createdAt: new Date(startMs).toISOString(),
    seq: 0,
    rev: 0,
    membersVersion: 1,
    memberCount: members.length,
    shownMembers: members.slice(0, 6),
    recentSenders: {},
    clientStreams: {},
    lastMessage: null,
    ...given,
  };
}

export function membershipsOf(
  conversation: Conversation,
  members: readonly string[],
  owner?: string,
): Membership[] {
  return members.map((member) => ({
    convoId: conversation.convoId,
    userId: member,
    role: member === owner ? 'owner' : 'member',
    readSeq: 0,
  }));
}

/** How a membership ended: with the seventh message and the third change, if nothing else is said. */
export function aLeaving(leaving: Partial<Leaving> = {}): Leaving {
  const at = new Date(startMs).toISOString();
  return { state: 'left', seq: 7, rev: 3, version: 2, at, title: 'Team', ...leaving };
}

export function aMessage(message: Partial<Message> = {}): Message {
  const seq = message.seq ?? 1;
  return {
    convoId: convoId('team'),
    seq,
    serverMsgId: `m_${String(seq).padStart(26, '0')}`,
    senderId: anna,
    clientMsgId: `client-${seq}`,
    content: `text ${seq}`,
    createdAt: new Date(startMs).toISOString(),
    ...message,
  };
}

export function aNewMessage(
  message: Partial<Message> & Partial<Pick<NewMessage, 'queueMessageId' | 'clientSeq'>> = {},
): NewMessage {
  const { queueMessageId, clientSeq, ...given } = message;
  const built = aMessage(given);
  return {
    message: built,
    bodyHash: sha256(built.content),
    clientSeq,
    queueMessageId: queueMessageId ?? `queue-${built.clientMsgId}`,
  };
}

/** The dedupe row of a change of a message, as the store takes it. */
export function aNewChange(
  message: Message,
  rev: number,
  given: Partial<Omit<NewChange, 'place'>> & { senderId?: string; clientMsgId?: string } = {},
): NewChange {
  const { senderId = anna, clientMsgId = `change-${rev}`, ...more } = given;
  const { convoId: id, seq, serverMsgId, createdAt } = message;
  return {
    place: { convoId: id, seq, serverMsgId, createdAt, senderId, clientMsgId },
    change: { rev, effective: true },
    bodyHash: sha256(clientMsgId),
    queueMessageId: `queue-${clientMsgId}`,
    ...more,
  };
}

export function anAccepted(message: Partial<MessageAccepted> = {}): MessageAccepted {
  return {
    name: 'message.accepted',
    version: 1,
    convo_id: convoId('team'),
    sender_id: anna,
    session_id: sessionId('one'),
    connection_id: `connection-of-${message.sender_id ?? anna}`,
    client_msg_id: 'client-1',
    content: 'hello',
    accepted_at_ms: startMs,
    request_id: 'request-1',
    ...message,
  };
}

/** As one delivery of the queue brings it; another delivery of the same message has the same `queueMessageId`. */
export function anIncoming(
  message: Partial<MessageAccepted> = {},
  delivery: Partial<Incoming> = {},
): Incoming {
  const accepted = anAccepted(message);
  return { accepted, queueMessageId: `queue-${accepted.client_msg_id}`, receiveCount: 1, ...delivery };
}

/** A change as it waits in the queue: of the first message, by Anna, if nothing else is said. */
export function aChangeAccepted(
  change: MessageChange = { kind: 'react', seq_no: 1, emoji: '👍' },
  accepted: Partial<Omit<ChangeAccepted, 'change'>> = {},
): ChangeAccepted {
  return {
    name: 'change.accepted',
    version: 1,
    convo_id: convoId('team'),
    sender_id: anna,
    session_id: sessionId('one'),
    connection_id: `connection-of-${accepted.sender_id ?? anna}`,
    client_msg_id: 'change-1',
    accepted_at_ms: startMs,
    request_id: 'request-1',
    ...accepted,
    change,
  };
}

export function anIncomingChange(
  change: MessageChange,
  accepted: Partial<Omit<ChangeAccepted, 'change'>> = {},
  delivery: Partial<Incoming> = {},
): Incoming {
  const event = aChangeAccepted(change, accepted);
  return {
    accepted: event,
    queueMessageId: `queue-${event.client_msg_id}`,
    receiveCount: 1,
    ...delivery,
  };
}

export function aRecord(
  message: Partial<MessageAccepted> = {},
  record: Partial<GroupRecord> = {},
): GroupRecord {
  const accepted = anAccepted(message);
  const messageId = `queue-${accepted.client_msg_id}`;
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body: JSON.stringify(accepted),
    groupId: accepted.convo_id,
    receiveCount: 1,
    ...record,
  };
}

export function aConnection(user: string, connectionId = `connection-of-${user}`): Connection {
  return { userId: user, sessionId: sessionId('one'), connectionId };
}
