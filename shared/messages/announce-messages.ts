import type { ServerEvent } from '../../events/server-frames.ts';
import type { Connection, ConnectionStore } from '../connections/connection-store.ts';
import { type Delivery, type PushSummary, pushEvents, type SocketGateway } from '../connections/push.ts';
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
  const creates: ServerEvent[] = batch.settled
    .flatMap((one) => (one.kind === 'persisted' ? [one.message] : []))
    .sort((a, b) => a.seq - b.seq)
    .map(messageCreate);
  const audience = creates.length > 0 ? batch.memberIds : [];
  const senders = batch.settled.map(({ incoming }) => incoming.accepted.sender_id);
  const connections = await deps.connections.ofUsers([...audience, ...senders]);
  return await pushEvents(deliveries(batch, connections, creates), deps);
}

function deliveries(
  batch: CommittedBatch,
  connections: readonly Connection[],
  creates: ServerEvent[],
): Delivery[] {
  const members = new Set(batch.memberIds);
  return connections.flatMap((connection) => {
    const acks = batch.settled.filter((one) => isFrom(one, connection)).flatMap(ackOf);
    const news = members.has(connection.userId) ? creates : [];
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
    case 'persisted':
      return [acknowledgement(one.message, 'persisted')];
    case 'duplicate':
      return [acknowledgement(one.place, 'duplicate')];
    case 'rejected':
      return [rejection(one.incoming.accepted, one.code)];
    case 'early':
      return [];
  }
}
