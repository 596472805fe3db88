import { expect, it } from 'vitest';
import { bodyOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import type { Person } from '../support/people.ts';
import type { EventOf, TestSocket } from '../support/socket.ts';
import { waitFor } from '../support/wait-for.ts';

type Presence = EventOf<'presence.update'>;

/** What a client believes: of two states the one with the higher version, and whatever has none. */
function held(socket: TestSocket, userId: string): Presence | undefined {
  return socket
    .all('presence.update')
    .filter((event) => event.user_id === userId)
    .reduce<Presence | undefined>(
      (known, event) => ((event.version ?? Infinity) >= (known?.version ?? 0) ? event : known),
      undefined,
    );
}

async function until(
  socket: TestSocket,
  userId: string,
  fits: (event: Presence) => boolean,
): Promise<Presence> {
  return await socket.until(
    `a presence of ${userId}`,
    () => {
      const event = held(socket, userId);
      return event && fits(event) ? event : undefined;
    },
    60_000,
  );
}

async function watch(socket: TestSocket, ...whom: readonly Person[]): Promise<void> {
  socket.send({ action: 'presence.subscribe', user_ids: whom.map(({ userId }) => userId) });
  for (const { userId } of whom) await until(socket, userId, () => true);
}

const unknown = (userId: string) => ({
  type: 'presence.update',
  user_id: userId,
  status: 'offline',
  last_seen: null,
});

it('[G1] [G3] shows who watches somebody that they come, stay through a reconnect, and are gone some time after they left', async () => {
  const [ada, ben] = await people();
  const socket = await connect(ben);
  await watch(socket, ada);
  expect(held(socket, ada.userId)).toEqual(unknown(ada.userId));

  const first = await connect(ada);
  await until(socket, ada.userId, ({ status }) => status === 'online');
  const second = await connect(ada);
  await first.close();
  await second.close();
  const leftAtMs = Date.now();
  const offline = await until(socket, ada.userId, ({ status }) => status === 'offline');

  expect(Date.now() - leftAtMs).toBeGreaterThan(17_000);
  expect(Math.abs(Date.parse(offline.last_seen ?? '') - leftAtMs)).toBeLessThan(10_000);
  const seen = socket.all('presence.update').filter(({ version }) => (version ?? 0) > 0);
  expect(new Set(seen.map(({ status }) => status))).toEqual(new Set(['online', 'offline']));
}, 120_000);

it('[G4] [G5] shows whether somebody is at one of their devices, and what they say of themselves', async () => {
  const [ada, ben] = await people();
  const [desk, phone, socket] = await Promise.all([connect(ada), connect(ada), connect(ben)]);
  await watch(socket, ada);
  await until(socket, ada.userId, ({ status }) => status === 'online');

  desk.send({ action: 'presence.set', idle: true });
  phone.send({ action: 'presence.set', idle: true });
  await until(socket, ada.userId, ({ status }) => status === 'away');
  phone.send({ action: 'presence.set', idle: false });
  await until(socket, ada.userId, ({ status }) => status === 'online');

  const custom = { text: 'On the train', emoji: '🚆' };
  desk.send({ action: 'presence.set', custom });
  expect(await until(socket, ada.userId, (event) => event.custom !== undefined)).toMatchObject({ custom });
  expect(await phone.next('presence.update')).toMatchObject({
    user_id: ada.userId,
    custom,
    availability: 'auto',
  });
  desk.send({ action: 'presence.set', custom: null, availability: 'away' });
  const away = await until(socket, ada.userId, ({ status }) => status === 'away');
  expect(away).not.toHaveProperty('custom');
  expect(away).not.toHaveProperty('availability');
}, 60_000);

it('[G6] hides somebody invisible, and somebody who keeps their presence to themselves, from everybody', async () => {
  const [ada, ben, cleo] = await people(3);
  const [adaSocket, socket] = await Promise.all([connect(ada), connect(ben)]);
  await watch(socket, ada);
  await until(socket, ada.userId, ({ status }) => status === 'online');

  adaSocket.send({ action: 'presence.set', availability: 'invisible' });
  await until(socket, ada.userId, ({ status, last_seen }) => status === 'offline' && last_seen === null);
  adaSocket.send({ action: 'presence.set', availability: 'auto' });
  await until(socket, ada.userId, ({ status }) => status === 'online');

  bodyOf(await ada.call('PATCH', '/me', { body: { privacy: { presence: false } } }));
  await until(socket, ada.userId, ({ status, last_seen }) => status === 'offline' && last_seen === null);
  const other = await connect(cleo);
  await watch(other, ada);
  expect(held(other, ada.userId)).toEqual(unknown(ada.userId));
  // She sees others all the same.
  await watch(adaSocket, ben);
  expect(held(adaSocket, ben.userId)).toMatchObject({ status: 'online' });
}, 60_000);

it('[G7] tells nothing between two people with a block between them', async () => {
  const [ada, ben] = await people();
  const socket = await connect(ben);
  await watch(socket, ada);
  await ada.call('PUT', `/me/blocks/${ben.userId}`);
  const adaSocket = await connect(ada);
  adaSocket.send({ action: 'presence.set', custom: { text: 'hello' } });
  // She hears of herself once it was told.
  await adaSocket.next('presence.update');
  await watch(socket, ada);
  expect(new Set(socket.all('presence.update').map((event) => JSON.stringify(event)))).toEqual(
    new Set([JSON.stringify(unknown(ada.userId))]),
  );
  await watch(adaSocket, ben);
  expect(held(adaSocket, ben.userId)).toEqual(unknown(ben.userId));
});

it('[G1] ends with presence.unsubscribe', async () => {
  const [ada, ben, cleo] = await people(3);
  const [adaSocket, socket, other] = await Promise.all([connect(ada), connect(ben), connect(cleo)]);
  await watch(socket, ada);
  await watch(other, ada);
  socket.send({ action: 'presence.unsubscribe', user_ids: [ada.userId] });
  let changes = 0;
  // One that was on its way may still come.
  await waitFor('a change that does not come', async () => {
    changes += 1;
    const text = `change ${changes}`;
    adaSocket.send({ action: 'presence.set', custom: { text } });
    await until(other, ada.userId, ({ custom }) => custom?.text === text);
    await watch(socket, cleo);
    return held(socket, ada.userId)?.custom?.text !== text;
  });
});
