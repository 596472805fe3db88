import pMap from 'p-map';
import type { SystemNotice } from '../../events/server-frames.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { ConnectionRow, ConnectionRows } from './connection-rows.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { SocketGateway } from './push.ts';

/** Asks API Gateway whether a socket is open. Never throws for what a socket does. */
export interface SocketLookout {
  look(connectionId: string): Promise<'open' | 'gone' | 'failed'>;
}

interface Deps {
  readonly rows: ConnectionRows;
  readonly connections: Pick<ConnectionStore, 'drop'>;
  readonly gateway: SocketGateway & SocketLookout;
  readonly clock: Clock;
  /** So old a connection is told to come back. */
  readonly reconnectAfterSeconds: number;
}

type Finding = 'dropped' | 'alive' | 'unknown' | 'warned';
export type SweepReport = Readonly<Record<Finding, number>>;

/**
 * What $disconnect missed: connections whose lease is over or whose socket turns out to be gone are forgotten, which the
 * stream then tells as the end of a presence. And each old connection is told once that it will end, so that its client
 * opens the next one first. It counts nothing and remembers nothing: repeated, or run twice at once, it ends in the same
 * state. Throws after the last row when one could not be dealt with; the next run finds it again.
 *
 * With 10,000 connections a run reads 250 units, 10.8 million a month, $1.35; each connection that lives long enough to be
 * warned costs one unit and one push, and each silent one a GetConnection and a unit.
 */
export async function sweepConnections(deps: Deps): Promise<SweepReport> {
  const now = epochSeconds(deps.clock.now());
  const window = {
    silentSince: now - limits.silentConnectionSeconds,
    openedBefore: now - deps.reconnectAfterSeconds,
  };
  const failures: unknown[] = [];
  const findings: Finding[] = [];
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  const sweepShard = async (shard: number) => {
    const rows = await deps.rows.due(shard, window);
    await pMap(rows, (row) => attempt(async () => void findings.push(...(await sweep(row, now, deps)))), {
      concurrency: limits.pushConcurrency,
    });
  };
  await pMap(deps.rows.shards, (shard) => attempt(() => sweepShard(shard)), { concurrency: 4 });
  if (failures.length > 0)
    throw new AggregateError(
      failures,
      `${failures.length} parts of a sweep failed, first: ${String(failures[0])}`,
    );
  return report(findings);
}

async function sweep(row: ConnectionRow, now: number, deps: Deps): Promise<Finding[]> {
  const { userId, connectionId } = row;
  const drop = async (): Promise<Finding[]> => {
    await deps.connections.drop(userId, connectionId);
    return ['dropped'];
  };
  if (row.expiresAt <= now) return await drop();
  const findings: Finding[] = [];
  if (row.livedAt < now - limits.silentConnectionSeconds) {
    const seen = await deps.gateway.look(connectionId);
    if (seen === 'gone') return await drop();
    if (seen === 'open') await deps.rows.noteLife(connectionId);
    findings.push(seen === 'open' ? 'alive' : 'unknown');
  }
  if (row.warned || now < warningTime(row, deps.reconnectAfterSeconds)) return findings;
  const outcome = await deps.gateway.post(connectionId, warning(row, now));
  if (outcome === 'gone') return await drop();
  // First told, then noted: cut off in between it is told twice, and never not at all.
  if (outcome === 'sent') await deps.rows.noteWarning(connectionId);
  return [...findings, outcome === 'sent' ? 'warned' : 'unknown'];
}

/** So long before its end a connection is warned at the latest: the sweep comes once a minute, and may fail twice. */
const lastWarningSeconds = 180;

/**
 * Up to a tenth later for some than for others, always the same for a connection: those that came at once, after an outage,
 * do not all come again at once.
 */
function warningTime({ connectionId, openedAt }: ConnectionRow, reconnectAfterSeconds: number): number {
  const latest = limits.connectionMaxSeconds - lastWarningSeconds;
  const spread = Math.max(0, Math.min(reconnectAfterSeconds / 10, latest - reconnectAfterSeconds));
  const share = Number.parseInt(sha256(connectionId).slice(0, 8), 16) / 2 ** 32;
  return openedAt + reconnectAfterSeconds + Math.floor(share * spread);
}

function warning({ openedAt }: ConnectionRow, now: number): string {
  const notice: SystemNotice = {
    type: 'system.notice',
    code: 'connection.expiring',
    params: { within_ms: Math.max(0, openedAt + limits.connectionMaxSeconds - now) * 1_000 },
    severity: 'info',
  };
  return JSON.stringify(notice);
}

function report(findings: readonly Finding[]): SweepReport {
  const count = (finding: Finding) => findings.filter((one) => one === finding).length;
  return {
    dropped: count('dropped'),
    alive: count('alive'),
    unknown: count('unknown'),
    warned: count('warned'),
  };
}
