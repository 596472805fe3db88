import type { HttpClient } from '../support/client.ts';
import { newPeople, openGroup } from '../support/people.ts';
import { BenchSocket } from './bench-socket.ts';
import { Deliveries } from './deliveries.ts';
import { type Distribution, distribution } from './histogram.ts';

export interface FanOutResult {
  readonly members: number;
  readonly messages: number;
  /** Until the last of them had it. */
  readonly lastReceiverMs: Distribution;
}

const members = 50;
const messages = 60;
const warmUpMessages = 10;

/** One message after the other to a group of fifty, all of them online. */
export async function measureFanOut(http: HttpClient): Promise<FanOutResult> {
  const { sockets, convoId } = await groupOf(http, members);
  const [sender] = sockets;
  if (!sender) throw new Error('nobody there');
  const times: number[] = [];
  for (let sent = 0; sent < warmUpMessages + messages; sent += 1) {
    const deliveries = new Deliveries({ count: 1, receivers: members });
    deliveries.watchSender(sender);
    for (const socket of sockets) deliveries.watchReceiver(socket);
    deliveries.send(sender, convoId, `message ${sent}`);
    await deliveries.complete();
    if (sent >= warmUpMessages) times.push(...deliveries.deliveryTimesMs);
  }
  for (const socket of sockets) socket.close();
  return { members, messages, lastReceiverMs: distribution(times) };
}

/** A group of so many people with one device each. */
export async function groupOf(http: HttpClient, count: number) {
  const people = await newPeople(http, count);
  const [owner, ...others] = people;
  if (!owner) throw new Error('nobody there');
  const { convo_id: convoId } = await openGroup(owner, others);
  const sockets = await Promise.all(people.map((person) => BenchSocket.open(person)));
  return { sockets, convoId };
}
