/** The promise that a reviewer asks for first: what an ended session still gets to see. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { TokensResponse } from '../../events/account-contracts.ts';
import { bodyOf } from '../support/client.ts';
import { connect, people, sharedCloud } from '../support/cloud.ts';
import {
  openGroup,
  type Person,
  say,
  send,
  signedIn,
  testPassword,
  wholeHistory,
} from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';
import { waitFor } from '../support/wait-for.ts';

const http = sharedCloud();

/** What the promise allows; docs/protocol.md. */
const promisedMs = 5_000;

async function signInAgain({ email }: Person): Promise<Person> {
  const body = { email, password: testPassword };
  return signedIn(http, bodyOf(await http.call<TokensResponse>('POST', '/auth/login', { body })));
}

/** Slower than the rate limit of messages. */
const breathMs = 50;

/** Says one thing after the other until it is told to stop; answers what it said. */
function chatter(socket: TestSocket, convoId: string, name: string) {
  const said: string[] = [];
  let isOver = false;
  const talking = (async () => {
    while (!isOver) {
      const text = `${name} ${said.length}`;
      await say(socket, convoId, text);
      said.push(text);
      await pause(breathMs);
    }
  })();
  return {
    said,
    async stop() {
      isOver = true;
      await talking;
      return said;
    },
  };
}

it('[P8][I8] an ended session is told and closed within 5 s while others write to it, and sees nothing after', async () => {
  const [ada, ben] = await people(2);
  const phone = await signInAgain(ada);
  const { convo_id: convoId } = await openGroup(ada, [ben]);
  const [phoneSocket, laptopSocket, benSocket] = [
    await connect(phone),
    await connect(ada),
    await connect(ben),
  ];
  const chats = [chatter(laptopSocket, convoId, 'laptop'), chatter(benSocket, convoId, 'ben')];
  // The control: the phone hears both of them.
  for (const name of ['laptop', 'ben'])
    await phoneSocket.next('message.create', ({ content }) => content.startsWith(name));

  const ended = await ada.call('DELETE', `/auth/sessions/${phone.tokens.session_id}`);
  const endedAtMs = performance.now();
  expect(ended.status).toBe(204);
  const lastWords = phoneSocket.isOpen && send(phoneSocket, { convo_id: convoId, content: 'from beyond' });
  await phoneSocket.closed;
  const closedAfterMs = performance.now() - endedAtMs;

  // Nothing arrives at a socket that is closed, so that this is all that it ever saw.
  expect(closedAfterMs).toBeLessThan(promisedMs);
  expect(phoneSocket.all('session.ended')).toHaveLength(1);
  if (lastWords) {
    const errors = phoneSocket.all('error').filter(({ client_msg_id }) => client_msg_id === lastWords);
    expect(errors.every(({ code }) => code === 'auth.session_ended')).toBe(true);
  }

  // The others stay, and talk past the time in which the phone could have heard them.
  const counts = chats.map(({ said }) => said.length);
  await waitFor('the others to go on', () =>
    chats.every(({ said }, i) => said.length > (counts[i] ?? 0) + 3),
  );
  const said = (await Promise.all(chats.map((chat) => chat.stop()))).flat();
  expect([laptopSocket.isOpen, benSocket.isOpen]).toEqual([true, true]);
  const history = (await wholeHistory(ben, convoId)).map(({ content }) => content);
  expect(history.toSorted()).toEqual(said.toSorted());
  for (const socket of [laptopSocket, benSocket]) {
    await socket.until('everything that was said', () => socket.all('message.create').length >= said.length);
    expect(new Set(socket.all('message.create').map(({ content }) => content))).toEqual(new Set(said));
  }
  const heard = new Set(phoneSocket.all('message.create').map(({ content }) => content));
  expect(heard.size).toBeLessThan(said.length);
});

it('[P8][I8] every way to end a session tells and closes its sockets within 5 s, and no others', async () => {
  const [ada, ben] = await people(2);
  const keeper = await connect(ada);
  const bystander = await connect(ben);
  const ways: [string, (device: Person) => Promise<{ status: number }>][] = [
    ['logout', (device) => device.call('POST', '/auth/logout')],
    ['another device', (device) => ada.call('DELETE', `/auth/sessions/${device.tokens.session_id}`)],
    ['all but one', () => ada.call('DELETE', '/auth/sessions')],
    [
      'a new password',
      () =>
        ada.call('POST', '/auth/password', {
          body: { current_password: testPassword, new_password: 'a rather better password' },
        }),
    ],
  ];
  for (const [way, end] of ways) {
    const device = await signInAgain(ada);
    const socket = await connect(device);
    expect((await end(device)).status, way).toBe(204);
    const endedAtMs = performance.now();
    await socket.next('session.ended');
    await socket.closed;
    expect(performance.now() - endedAtMs, way).toBeLessThan(promisedMs);
  }
  for (const socket of [keeper, bystander]) {
    socket.send({ action: 'ping' });
    await socket.next('pong');
    expect(socket.all('session.ended')).toEqual([]);
  }
});
