import { logFileOf } from '../../localstack/cloud/state-folder.ts';
import { newClientMsgId, newPeople, openGroup, type Person, say } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';
import type { ActionObservation } from './action-cost.ts';
import type { ChildCloud } from './child-cloud.ts';
import { readLog, usage } from './observe.ts';
import { untilOnline, untilQuiet } from './quiet.ts';

const rounds = 10;
const warmUpRounds = 2;
const members = 5;

/** A group of five who are all connected, each with one device, and some messages in it. */
interface Room {
  readonly convoId: string;
  readonly owner: Person;
  readonly others: readonly Person[];
  /** The owner's device first. */
  readonly sockets: readonly TestSocket[];
  /** People who are not in it. */
  readonly guests: readonly Person[];
  /** Other groups of the same people. */
  readonly otherConvoIds: readonly string[];
}

interface Plan {
  readonly name: string;
  readonly via: 'frame' | 'request';
  /** Does it once; `serial` is another one each time, from 1. */
  readonly run: (room: Room, serial: number) => unknown;
}

const frame =
  (build: (serial: number) => Record<string, unknown>) =>
  ({ sockets: [first], convoId }: Room, serial: number) =>
    first?.send({ convo_id: convoId, client_msg_id: newClientMsgId(), ...build(serial) });

const ask =
  (
    method: string,
    path: (room: Room, serial: number) => string,
    body?: (serial: number) => Record<string, unknown>,
  ) =>
  async (room: Room, serial: number) => {
    const { status } = await room.owner.call(method, path(room, serial), body && { body: body(serial) });
    if (status >= 300) throw new Error(`${method} ${path(room, serial)} answered ${status}`);
  };

const conversation = (rest: string) => (room: Room) => `/conversations/${room.convoId}${rest}`;
const guest = (room: Room, serial: number) =>
  `/conversations/${room.convoId}/members/${room.guests[serial - 1]?.userId}`;

/** In this order: a later one may build on what an earlier one left. */
const plans: readonly Plan[] = [
  { name: 'send', via: 'frame', run: frame((n) => ({ action: 'message.send', content: `text ${n}` })) },
  {
    name: 'edit',
    via: 'frame',
    run: frame((n) => ({ action: 'message.edit', seq_no: 1, content: `other text ${n}` })),
  },
  {
    name: 'react',
    via: 'frame',
    run: frame((n) => ({ action: 'reaction.add', seq_no: n + 1, emoji: '👍' })),
  },
  { name: 'pin', via: 'frame', run: frame((n) => ({ action: 'message.pin', seq_no: n + 1 })) },
  { name: 'delete', via: 'frame', run: frame((n) => ({ action: 'message.delete', seq_no: n + 1 })) },
  {
    name: 'reply in a thread',
    via: 'frame',
    run: frame((n) => ({ action: 'message.send', content: `reply ${n}`, thread: 1 })),
  },
  {
    name: 'delivered',
    via: 'frame',
    run: ({ sockets: [, second], convoId }, n) =>
      second?.send({ action: 'message.delivered', convo_id: convoId, seq_no: n }),
  },
  {
    name: 'read',
    via: 'frame',
    run: ({ sockets: [, second], convoId }, n) =>
      second?.send({ action: 'message.read', convo_id: convoId, seq_no: n }),
  },
  {
    name: 'read a thread',
    via: 'frame',
    run: ({ sockets: [, second], convoId }, n) =>
      second?.send({ action: 'thread.read', convo_id: convoId, thread: 1, thread_seq: n }),
  },
  {
    name: 'typing, a start',
    via: 'frame',
    // Each in another group: nobody starts twice in three seconds.
    run: ({ sockets: [first], otherConvoIds }, n) =>
      first?.send({ action: 'typing.start', convo_id: otherConvoIds[n - 1] }),
  },
  { name: 'ping', via: 'frame', run: frame(() => ({ action: 'ping' })) },
  {
    name: 'subscribe to 4 people',
    via: 'frame',
    run: ({ sockets: [first], others }) =>
      first?.send({ action: 'presence.subscribe', user_ids: others.map(({ userId }) => userId) }),
  },
  {
    name: 'status, 1 subscriber',
    via: 'frame',
    run: ({ sockets: [, second] }, n) =>
      second?.send({ action: 'presence.set', custom: { text: `Status ${n}` } }),
  },
  {
    name: 'away or back, 1 subscriber',
    via: 'frame',
    run: async ({ sockets: [first, second] }, n) => {
      const told = first?.all('presence.update').length ?? 0;
      second?.send({ action: 'presence.set', idle: n % 2 === 1 });
      // The stream takes its time, and two changes in it would be one.
      await first?.until('the presence', () => first.all('presence.update').length > told);
    },
  },
  { name: 'sync of 13 conversations', via: 'frame', run: frame(() => ({ action: 'sync' })) },
  {
    name: 'rename',
    via: 'request',
    run: ask('PATCH', conversation(''), (n) => ({ title: `Title ${n}` })),
  },
  { name: 'add a member', via: 'request', run: ask('PUT', guest, () => ({})) },
  { name: 'make an admin', via: 'request', run: ask('PUT', guest, () => ({ role: 'admin' })) },
  { name: 'remove a member', via: 'request', run: ask('DELETE', guest) },
  { name: 'history, 50 messages', via: 'request', run: ask('GET', conversation('/messages')) },
  { name: 'list of 13 conversations', via: 'request', run: ask('GET', () => '/conversations') },
];

/** Does each kind of thing in a group of five through a tapped cloud, which it closes; answers what each was seen to cost. */
export async function observeActionCosts(cloud: ChildCloud): Promise<ActionObservation[]> {
  const room = await roomIn(cloud);
  await untilOnline(cloud, room.sockets.length);
  const sightings = [];
  for (const plan of plans) sightings.push(await sight(cloud, room, plan));
  await Promise.all(room.sockets.map((socket) => socket.close()));
  await cloud.close();
  const log = readLog(logFileOf(cloud.stateDir));
  return sightings.map(({ fromMs, toMs, ...sighting }) => {
    const entries = log.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
    return { ...sighting, ...usage(entries, cloud.memoryMb) };
  });
}

async function roomIn({ http }: ChildCloud): Promise<Room> {
  const [owner, ...others] = await newPeople(http, members);
  if (!owner) throw new Error('nobody there');
  const guests = await newPeople(http, warmUpRounds + rounds);
  const { convo_id: convoId } = await openGroup(owner, others);
  const otherGroups = await Promise.all(guests.map(() => openGroup(owner, others)));
  const sockets = await Promise.all([owner, ...others].map((person) => person.connect()));
  const [first] = sockets;
  if (!first) throw new Error('nobody there');
  for (let count = 0; count <= warmUpRounds + rounds; count += 1)
    await say(first, convoId, `before ${count}`);
  const otherConvoIds = otherGroups.map(({ convo_id }) => convo_id);
  return { convoId, owner, others, sockets, guests, otherConvoIds };
}

async function sight(cloud: ChildCloud, room: Room, { name, via, run }: Plan) {
  let serial = 0;
  const turn = async () => {
    serial += 1;
    await run(room, serial);
    // What follows is not made cheaper by a batch: people do not do the same at the same time.
    await untilQuiet(cloud);
  };
  for (let round = 0; round < warmUpRounds; round += 1) await turn();
  await cloud.clear();
  const fromMs = Date.now();
  for (let round = 0; round < rounds; round += 1) await turn();
  const toMs = Date.now();
  const entrance = { framesIn: via === 'frame' ? 1 : 0, requests: via === 'request' ? 1 : 0 };
  return { name, rounds, ...entrance, calls: await cloud.records(), fromMs, toMs };
}
