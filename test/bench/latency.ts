import { setTimeout as pause } from 'node:timers/promises';
import type { HttpClient } from '../support/client.ts';
import { newPeople, openDirect } from '../support/people.ts';
import { BenchSocket } from './bench-socket.ts';
import { Deliveries } from './deliveries.ts';
import { type Distribution, distribution, type Spread, spread } from './histogram.ts';

export interface LatencyResult {
  readonly perSecond: number;
  readonly seconds: number;
  readonly ackMs: Distribution;
  readonly deliveredMs: Distribution;
  /** Of the repeats. */
  readonly deliveredP50Ms: Spread;
  readonly deliveredP99Ms: Spread;
}

const perSecond = 20;
const repeats = 3;
const secondsPerRepeat = 5;
const warmUpSeconds = 3;

/** Two people, one of whom sends at an even pace, whether the last message has arrived or not. */
export async function measureLatency(http: HttpClient): Promise<LatencyResult> {
  const [ada, ben] = await newPeople(http, 2);
  if (!ada || !ben) throw new Error('nobody there');
  const { convo_id } = await openDirect(ada, ben);
  const [sender, receiver] = await Promise.all([BenchSocket.open(ada), BenchSocket.open(ben)]);

  const send = async (seconds: number): Promise<Deliveries> => {
    const count = perSecond * seconds;
    const deliveries = new Deliveries({ count, receivers: 1 });
    deliveries.watchSender(sender);
    deliveries.watchReceiver(receiver);
    const startedAt = performance.now();
    for (let sent = 0; sent < count; sent += 1) {
      // By the clock and not by the last pause: a late timer does not lower the rate.
      await pause(Math.max(0, startedAt + (sent * 1_000) / perSecond - performance.now()));
      deliveries.send(sender, convo_id, `message ${sent}`);
    }
    await deliveries.complete();
    return deliveries;
  };

  await send(warmUpSeconds);
  const runs: Deliveries[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) runs.push(await send(secondsPerRepeat));
  sender.close();
  receiver.close();

  const perRun = runs.map((run) => distribution(run.deliveryTimesMs));
  return {
    perSecond,
    seconds: repeats * secondsPerRepeat,
    ackMs: distribution(runs.flatMap((run) => run.ackTimesMs)),
    deliveredMs: distribution(runs.flatMap((run) => run.deliveryTimesMs)),
    deliveredP50Ms: spread(perRun.map(({ p50 }) => p50)),
    deliveredP99Ms: spread(perRun.map(({ p99 }) => p99)),
  };
}
