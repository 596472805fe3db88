import { newPeople, openDirect } from '../support/people.ts';
import { BenchSocket } from './bench-socket.ts';
import type { ChildCloud } from './child-cloud.ts';
import { Deliveries } from './deliveries.ts';
import { type Distribution, distribution, type Spread, spread } from './histogram.ts';

export interface BurstResult {
  readonly conversations: number;
  readonly messages: number;
  readonly messagesPerSecond: Spread;
  /** From the send, which for most is a wait in the queue. */
  readonly deliveredMs: Distribution;
  /** Sends that were refused for the moment and sent again. */
  readonly refusals: number;
  /** Of the process of the cloud, per message, without the database. */
  readonly cpuMsPerMessage: number;
}

const conversations = 50;
const messagesEach = 40;
const repeats = 3;
const warmUpEach = 20;
/** So many that nobody sends more at once than their rate limit allows: five conversations each. */
const peopleCount = 12;

/** Everybody sends everything at once; the time runs until the last message is with its receiver. */
export async function measureBurst(cloud: ChildCloud): Promise<BurstResult> {
  await oneBurst(cloud.http, warmUpEach);
  const runs: Deliveries[] = [];
  const cpuBefore = await cloud.cpuMs();
  for (let repeat = 0; repeat < repeats; repeat += 1) runs.push(await oneBurst(cloud.http, messagesEach));
  const cpu = (await cloud.cpuMs()) - cpuBefore;
  const messages = conversations * messagesEach;
  return {
    conversations,
    messages,
    messagesPerSecond: spread(runs.map(({ durationMs }) => (messages / durationMs) * 1_000)),
    deliveredMs: distribution(runs.flatMap((run) => run.deliveryTimesMs)),
    refusals: runs.reduce((sum, run) => sum + run.refusals, 0),
    cpuMsPerMessage: cpu / (messages * repeats),
  };
}

async function oneBurst(http: ChildCloud['http'], each: number): Promise<Deliveries> {
  const people = await newPeople(http, peopleCount);
  const sockets = await Promise.all(people.map((person) => BenchSocket.open(person)));
  const rooms = await Promise.all(
    pairs().map(async ([from, to]) => {
      const [sender, receiver, socket] = [people[from], people[to], sockets[from]];
      if (!sender || !receiver || !socket) throw new Error('nobody there');
      return { socket, convoId: (await openDirect(sender, receiver)).convo_id };
    }),
  );
  // Sender and receiver both get the message.
  const deliveries = new Deliveries({ count: conversations * each, receivers: 2 });
  for (const socket of sockets) {
    deliveries.watchSender(socket);
    deliveries.watchReceiver(socket);
  }
  for (let turn = 0; turn < each; turn += 1) {
    for (const { socket, convoId } of rooms) deliveries.send(socket, convoId, `message ${turn}`);
  }
  await deliveries.complete();
  for (const socket of sockets) socket.close();
  return deliveries;
}

/** Different pairs, in which nobody is the sender more often than the others. */
function pairs(): [number, number][] {
  return Array.from({ length: conversations }, (_, index) => {
    const from = index % peopleCount;
    return [from, (from + 1 + Math.floor(index / peopleCount)) % peopleCount];
  });
}
