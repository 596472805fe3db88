import type { ServerEvent } from '../../events/server-frames.ts';
import type { Clock } from '../clock.ts';
import type { Connection, ConnectionStore } from '../connections/connection-store.ts';
import { type Delivery, type PushSummary, pushEvents, type SocketGateway } from '../connections/push.ts';
import { deliveriesFor } from '../webhooks/deliveries.ts';
import type { WebhookQueue } from '../webhooks/webhook-queue.ts';
import { updatesOf } from './change-log.ts';
import type { CommittedBatch, Settled } from './commit-messages.ts';
import { acknowledgement, messageCreate, rejection } from './message.ts';
import type { LogEntry } from './message-store.ts';

export interface AnnounceDeps {
  readonly connections: Pick<ConnectionStore, 'ofUsers' | 'forget'>;
  readonly gateway: SocketGateway;
  readonly webhooks: WebhookQueue;
  readonly clock: Clock;
}

/**
 * Tells the members what was committed, and each sender what became of theirs: one frame per connection for the whole
 * batch, the acks folded in. Call it after the commit, never before: who connected before it must be found here.
 * The webhooks of the conversation, if it has any, are told beside it: throws when their deliveries could not be queued.
 */
export async function announceMessages(batch: CommittedBatch, deps: AnnounceDeps): Promise<PushSummary> {
  const news = newsOf(batch.settled);
  const audience = news.length > 0 ? batch.members.map(({ userId }) => userId) : [];
  const senders = batch.settled.map(({ incoming }) => incoming.accepted.sender_id);
  const push = async () => {
    const connections = await deps.connections.ofUsers([...audience, ...senders]);
    return await pushEvents(deliveries(batch, connections, news), deps);
  };
  const [summary] = await Promise.all([push(), tellWebhooks(batch, news, deps)]);
  return summary;
}

async function tellWebhooks(
  { conversation }: CommittedBatch,
  news: readonly ServerEvent[],
  { webhooks, clock }: AnnounceDeps,
): Promise<void> {
  if (!conversation?.webhookIds) return;
  const told = deliveriesFor(conversation, news, { atMs: clock.now() });
  if (told.length > 0) await webhooks.enqueue(told);
}

/** New messages in the order of their numbers, then changes in the order of theirs; each message in its present state. */
function newsOf(settled: readonly Settled[]): ServerEvent[] {
  const persisted = settled.flatMap((one) => (one.kind === 'persisted' ? [one] : []));
  const creates = persisted
    .flatMap(({ message, change }) => (change ? [] : [message]))
    .sort((a, b) => a.seq - b.seq)
    .map(messageCreate);
  const log = persisted.flatMap(changeIn);
  const present = persisted.flatMap(({ message, rooted }) => (rooted ? [message, rooted.root] : [message]));
  const messages = new Map(present.map((message) => [message.seq, message] as const));
  return [...creates, ...updatesOf(log, messages)];
}

type Persisted = Extract<Settled, { kind: 'persisted' }>;

/** The change of a message; or what a message of a thread changed at its root. */
function changeIn({ message, change, rooted }: Persisted): LogEntry[] {
  if (rooted) return [{ rev: rooted.rev, seq: rooted.root.seq }];
  return change?.effective ? [{ rev: change.rev, seq: message.seq }] : [];
}

function deliveries(
  batch: CommittedBatch,
  connections: readonly Connection[],
  forMembers: ServerEvent[],
): Delivery[] {
  const fromSeq = new Map(batch.members.map((member) => [member.userId, member.fromSeq]));
  const newsFrom = memoized((from) => forMembers.filter((event) => seqOf(event) > from));
  return connections.flatMap((connection) => {
    const acks = batch.settled.filter((one) => isFrom(one, connection)).flatMap(ackOf);
    const from = fromSeq.get(connection.userId);
    const news = from === undefined ? [] : newsFrom(from);
    // The array itself is shared where it can be, so that it is packed into a frame once.
    const events = acks.length === 0 ? news : [...acks, ...news];
    return events.length > 0 ? [{ connection, events }] : [];
  });
}

/** What happened to a message from before somebody's time is not theirs to know. */
function seqOf(event: ServerEvent): number {
  if (event.type === 'message.create') return event.seq_no;
  return event.type === 'message.update' ? event.message.seq_no : 0;
}

/** The same list for the same number, so that it is packed into a frame once. */
function memoized<V>(make: (key: number) => V): (key: number) => V {
  const made = new Map<number, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** The ack belongs to the connection that sent the frame, and only if it is still the same person's. */
function isFrom({ incoming: { accepted } }: Settled, connection: Connection): boolean {
  return accepted.connection_id === connection.connectionId && accepted.sender_id === connection.userId;
}

function ackOf(one: Settled): ServerEvent[] {
  switch (one.kind) {
    case 'persisted': {
      const { client_msg_id: clientMsgId } = one.incoming.accepted;
      return [acknowledgement({ ...one.message, clientMsgId }, 'persisted', one.change?.rev)];
    }
    case 'duplicate':
      return [acknowledgement(one.place, 'duplicate', one.change?.rev)];
    case 'rejected':
      return [rejection(one.incoming.accepted, one.code)];
    case 'early':
      return [];
  }
}
