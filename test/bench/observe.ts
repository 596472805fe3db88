import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { logFileOf } from '../../localstack/cloud/state-folder.ts';
import { newPeople, openDirect } from '../support/people.ts';
import { BenchSocket } from './bench-socket.ts';
import { type ChildCloud, isSchedule } from './child-cloud.ts';
import type { Invocation, Observation } from './cost.ts';
import { Deliveries } from './deliveries.ts';
import { groupOf } from './fan-out.ts';
import { untilOnline } from './quiet.ts';

type Sighting = Omit<Observation, 'invocations' | 'logBytes'> & {
  readonly fromMs: number;
  readonly toMs: number;
};

/** Longer than a rate limit's token takes to come back: the pace of people, not of machines. */
const humanPauseMs = 120;

/** Sends single messages and bursts through a tapped cloud, which it closes, and answers what each was seen to cost. */
export async function observeCosts(cloud: ChildCloud): Promise<Observation[]> {
  const pair = await pairOf(cloud);
  const group = await groupOf(cloud.http, 50);
  await untilOnline(cloud, pair.sockets.length + group.sockets.length);
  const sightings = [
    await sight(cloud, { name: 'one message, 2 members', ...pair, rounds: 40, atOnce: 1 }),
    await sight(cloud, { name: 'one message, 50 members', ...group, rounds: 20, atOnce: 1 }),
    await sight(cloud, { name: 'ten at once, 2 members', ...pair, rounds: 10, atOnce: 10 }),
    await sight(cloud, { name: 'ten at once, 50 members', ...group, rounds: 10, atOnce: 10 }),
  ];
  await cloud.close();
  const log = readLog(logFileOf(cloud.stateDir));
  return sightings.map(({ fromMs, toMs, ...sighting }) => {
    const entries = log.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
    return { ...sighting, ...usage(entries, cloud.memoryMb) };
  });
}

async function pairOf({ http }: ChildCloud) {
  const [ada, ben] = await newPeople(http, 2);
  if (!ada || !ben) throw new Error('nobody there');
  const { convo_id: convoId } = await openDirect(ada, ben);
  return { sockets: await Promise.all([BenchSocket.open(ada), BenchSocket.open(ben)]), convoId };
}

interface Plan {
  readonly name: string;
  readonly sockets: readonly BenchSocket[];
  readonly convoId: string;
  readonly rounds: number;
  /** How many messages are sent in the same moment. */
  readonly atOnce: number;
}

async function sight(cloud: ChildCloud, plan: Plan): Promise<Sighting> {
  await sendRounds({ ...plan, rounds: 3 });
  await cloud.clear();
  const fromMs = Date.now();
  await sendRounds(plan);
  const toMs = Date.now();
  const messages = plan.rounds * plan.atOnce;
  return {
    name: plan.name,
    members: plan.sockets.length,
    messages,
    framesIn: messages,
    calls: await cloud.records(),
    fromMs,
    toMs,
  };
}

async function sendRounds({ sockets, convoId, rounds, atOnce }: Plan): Promise<void> {
  const [sender] = sockets;
  if (!sender) throw new Error('nobody there');
  for (let round = 0; round < rounds; round += 1) {
    const deliveries = new Deliveries({ count: atOnce, receivers: sockets.length });
    deliveries.watchSender(sender);
    for (const socket of sockets) deliveries.watchReceiver(socket);
    for (let index = 0; index < atOnce; index += 1)
      deliveries.send(sender, convoId, `round ${round}.${index}`);
    await deliveries.complete();
    await pause(humanPauseMs * Math.max(1, atOnce));
  }
}

export interface LogEntry {
  readonly at: string;
  readonly kind: string;
  readonly function?: string;
  readonly durationMs?: number;
  readonly line?: unknown;
}

/** Of a cloud that is closed, so that all of it is written. */
export function readLog(file: string): LogEntry[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LogEntry);
}

/** What functions but those of schedules used and printed, of these lines of the log. */
export function usage(
  log: readonly LogEntry[],
  memoryMb: ChildCloud['memoryMb'],
): { invocations: Invocation[]; logBytes: number } {
  const entries = log.filter((entry) => !isSchedule(entry.function ?? ''));
  const printed = entries.filter(({ kind }) => kind === 'function');
  return {
    logBytes: printed.reduce((sum, { line }) => sum + Buffer.byteLength(JSON.stringify(line)), 0),
    invocations: entries
      .filter(({ kind }) => kind === 'invocation')
      .map(({ function: functionName = '', durationMs = 0 }) => ({
        functionName,
        durationMs,
        memoryMb: memoryMb[functionName] ?? 0,
      })),
  };
}
