import type { ServerEvent } from '../../events/server-frames.ts';
import type { Connection, ConnectionStore } from '../connections/connection-store.ts';
import { type Delivery, type PushSummary, pushEvents, type SocketGateway } from '../connections/push.ts';
import { updatesOf } from './change-log.ts';
import type { CommittedBatch, Settled } from './commit-messages.ts';
import { acknowledgement, messageCreate, rejection } from './message.ts';

export interface AnnounceDeps {
  readonly connections: Pick<ConnectionStore, 'ofUsers' | 'forget'>;
  readonly gateway: SocketGateway;
}

/**
 * Tells the members what was committed, and each sender what became of theirs: one frame per connection for the whole
 * batch, the acks folded in. Call it after the commit, never before: who connected before it must be found here.
 */
export async function announceMessages(batch: CommittedBatch, deps: AnnounceDeps): Promise<PushSummary> {
  const news = newsOf(batch.settled);
  const audience = news.length > 0 ? batch.memberIds : [];
  const senders = batch.settled.map(({ incoming }) => incoming.accepted.sender_id);
  const connections = await deps.connections.ofUsers([...audience, ...senders]);
  return await pushEvents(deliveries(batch, connections, news), deps);
}

/** New messages in the order of their numbers, then changes in the order of theirs; each message in its present state. */
function newsOf(settled: readonly Settled[]): ServerEvent[] {
  const persisted = settled.flatMap((one) => (one.kind === 'persisted' ? [one] : []));
  const creates = persisted
    .flatMap(({ message, change }) => (change ? [] : [message]))
    .sort((a, b) => a.seq - b.seq)
    .map(messageCreate);
  const log = persisted.flatMap(({ message: { seq }, change }) =>
    change?.effective ? [{ rev: change.rev, seq }] : [],
  );
  const messages = new Map(persisted.map(({ message }) => [message.seq, message] as const));
  return [...creates, ...updatesOf(log, messages)];
}

function deliveries(
  batch: CommittedBatch,
  connections: readonly Connection[],
  forMembers: ServerEvent[],
): Delivery[] {
  const members = new Set(batch.memberIds);
  return connections.flatMap((connection) => {
    const acks = batch.settled.filter((one) => isFrom(one, connection)).flatMap(ackOf);
    const news = members.has(connection.userId) ? forMembers : [];
    // The array itself is shared where it can be, so that it is packed into a frame once.
    const events = acks.length === 0 ? news : [...acks, ...news];
    return events.length > 0 ? [{ connection, events }] : [];
  });
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
