import { type Clock, epochSeconds } from '../clock.ts';
import { limits } from '../limits.ts';
import type { ConnectionRows } from './connection-rows.ts';

/**
 * A connection has just proved that it lives, so that the sweep need not ask after it. Noted at most once in
 * `limits.heartbeatSeconds`: looking first costs half a read unit, and a write that a condition stops costs a write unit.
 */
export async function noteHeartbeat(
  connectionId: string,
  { rows, clock }: { rows: Pick<ConnectionRows, 'livedAt' | 'noteLife'>; clock: Clock },
): Promise<void> {
  const livedAt = await rows.livedAt(connectionId);
  if (livedAt === undefined || epochSeconds(clock.now()) - livedAt < limits.heartbeatSeconds) return;
  await rows.noteLife(connectionId);
}
