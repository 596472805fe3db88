import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../support/cloud.ts';
import { connectionRows } from '../support/connection-rows.ts';
import { cloudOfThisFile } from '../support/own-cloud.ts';
import { newPeople, openGroup, type Person, say } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';
import { waitFor } from '../support/wait-for.ts';

const theCloud = cloudOfThisFile();
let rows: ReturnType<typeof connectionRows>;
beforeAll(() => {
  rows = connectionRows(theCloud());
});
afterAll(() => rows.close());

const tenMinutes = 600;
const hourAndThreeQuarters = 6_700;

async function sweep() {
  const swept = await theCloud().runSchedule('schedules/sweep-connections');
  expect(swept).toMatchObject({ ok: true });
}

/** What this client believes of somebody: of two states the one with the higher version, and whatever has none. */
function believed(socket: TestSocket, userId: string): string {
  const held = socket
    .all('presence.update')
    .filter((event) => event.user_id === userId)
    .reduce((known, event) => ((event.version ?? Infinity) >= (known.version ?? 0) ? event : known));
  return held.status;
}

it('[G8] shows everybody as they are after a sweep, though three of ten disconnects are never told', async () => {
  const cloud = theCloud();
  const [watcher, ...crowd] = (await newPeople(cloud.http, 13)) as [Person, ...Person[]];
  const socket = await connect(watcher);
  const sockets = new Map<Person, TestSocket>();
  for (const person of crowd) sockets.set(person, await connect(person));
  socket.send({ action: 'presence.subscribe', user_ids: crowd.map(({ userId }) => userId) });
  const everybodyIs = (expected: (index: number) => string) => () =>
    crowd.every(({ userId }, index) => {
      const told = socket.all('presence.update').some((event) => event.user_id === userId);
      return told && believed(socket, userId) === expected(index);
    });
  await socket.until(
    'everybody online',
    everybodyIs(() => 'online'),
  );

  // Of nine that leave, three do so without a word.
  const stays = (index: number) => index % 4 === 3;
  const leavers = crowd.filter((_, index) => !stays(index));
  let ended = 0;
  cloud.dropDisconnects(0.3, () => {
    ended += 1;
    return ended % 3 === 0 ? 0 : 0.9;
  });
  for (const person of leavers) await sockets.get(person)?.close();
  // The control: those three are still thought to be there, and would be for two hours.
  const thoughtToBeThere = async () =>
    (await Promise.all(leavers.map(({ userId }) => rows.of(userId)))).flat();
  await waitFor('what is told of those who left', async () => (await thoughtToBeThere()).length === 3);
  expect(ended).toBe(9);

  for (const { userId } of crowd) await rows.makeOlder(userId, tenMinutes);
  await sweep();
  await socket.until(
    'everybody as they are',
    everybodyIs((index) => (stays(index) ? 'online' : 'offline')),
    60_000,
  );
  expect(await thoughtToBeThere()).toEqual([]);
}, 120_000);

it('[C7] loses no push while a client changes over from an old connection to a new one', async () => {
  const cloud = theCloud();
  const [ada, ben] = (await newPeople(cloud.http, 2)) as [Person, Person];
  const { convo_id: convoId } = await openGroup(ada, [ben]);
  const [adaSocket, old] = await Promise.all([connect(ada), connect(ben)]);

  let sent = 0;
  const talk = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const { seq_no } = await say(adaSocket, convoId, `message ${sent + 1}`);
      sent = seq_no;
    }
  };
  await talk(3);
  const before = old.all('message.create').length;
  await rows.makeOlder(ben.userId, hourAndThreeQuarters);
  const changeover = (async () => {
    const notice = await old.next('system.notice', ({ code }) => code === 'connection.expiring');
    // First the new connection, with what came before it; only then the end of the old one.
    const fresh = await connect(ben);
    fresh.send({ action: 'sync', cursors: { [convoId]: 0 } });
    const synced = await fresh.next('synced');
    await old.close();
    return { notice, fresh, synced };
  })();
  const [{ notice, fresh }] = await Promise.all([changeover, sweep(), talk(40)]);
  const { seq_no: last } = await say(adaSocket, convoId, 'the end');
  await fresh.next('message.create', ({ seq_no }) => seq_no === last);

  expect(notice.params.within_ms).toBeLessThan(10 * 60_000);
  expect(notice.params.within_ms).toBeGreaterThan(60_000);
  const live = new Set([...old.all('message.create'), ...pushedTo(fresh)].map(({ seq_no }) => seq_no));
  expect([...live].toSorted((a, b) => a - b)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  // The control: the changeover fell into the middle of the talk.
  expect(old.all('message.create').length).toBeGreaterThan(before);
  expect(old.all('message.create').length).toBeLessThan(last);
}, 60_000);

/** What came as a push, and not in the answer to the sync. */
function pushedTo(socket: TestSocket) {
  const answer = socket.frames.find((text) => text.includes('"type":"synced"')) ?? '';
  const events = socket.all('message.create');
  const inAnswer = new Set([...answer.matchAll(/"server_msg_id":"(m_\w+)"/g)].map(([, id]) => id));
  const counts = Map.groupBy(events, ({ server_msg_id }) => server_msg_id);
  return events.filter(
    ({ server_msg_id }) => !inAnswer.has(server_msg_id) || (counts.get(server_msg_id)?.length ?? 0) > 1,
  );
}
