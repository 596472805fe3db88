/** The client library as a program would use it, from Node: see web/client/index.ts. */
import { expect, it, onTestFinished } from 'vitest';
import {
  type ChatClient,
  type ClientEnvironment,
  ConfabClient,
  type ConversationState,
  memoryOutboxStore,
  ProblemError,
  timelineRows,
  unreadCount,
} from '../../web/client/index.ts';
import { sharedCloud } from '../support/cloud.ts';
import { newClientMsgId, newPerson, testPassword } from '../support/people.ts';
import { waitFor } from '../support/wait-for.ts';

const hourMs = 3_600_000;

interface Guest {
  readonly client: ConfabClient;
  readonly chat: ChatClient;
  readonly userId: string;
  /** All sockets that it ever opened. */
  readonly sockets: WebSocket[];
}

/** Somebody new who is signed in with the library, and live. */
async function guest(environment: Partial<ClientEnvironment> = {}): Promise<Guest> {
  const { url } = sharedCloud();
  const { handle, email, userId } = await newPerson(sharedCloud(), 'guest');
  const sockets: WebSocket[] = [];
  const openSocket: ClientEnvironment['openSocket'] = (address) => {
    const socket = new WebSocket(address);
    sockets.push(socket);
    return socket as unknown as ReturnType<ClientEnvironment['openSocket']>;
  };
  const client = new ConfabClient({ baseUrl: url, environment: { openSocket, ...environment } });
  onTestFinished(() => client.close());
  expect(await client.logIn({ email, password: testPassword })).toEqual({ kind: 'signed-in' });
  const { chat } = client;
  if (chat === undefined) throw new Error(`${handle} is not signed in`);
  await waitFor('a live connection', () => chat.state.connection === 'live');
  return { client, chat, userId, sockets };
}

function conversation({ chat }: Guest, convoId: string): ConversationState {
  const state = chat.state.conversations.get(convoId);
  if (state === undefined) throw new Error(`${convoId} is not there`);
  return state;
}

function isOpen({ readyState }: WebSocket): boolean {
  return readyState === WebSocket.OPEN;
}

/** What it shows of the conversation. */
function texts(who: Guest, convoId: string): string[] {
  const state = who.chat.state.conversations.get(convoId);
  if (state === undefined) return [];
  return timelineRows(state.timeline, who.userId).map((row) =>
    row.kind === 'message' ? row.message.content : `${row.pending.content}?`,
  );
}

async function shows(who: Guest, convoId: string, expected: string[]): Promise<void> {
  await waitFor(`${expected.length} texts`, () => texts(who, convoId).length >= expected.length);
  expect(texts(who, convoId)).toEqual(expected);
}

it('[R1][S4] signs in, connects, sends and receives, and counts what is unread', async () => {
  const [ada, ben] = await Promise.all([guest(), guest()]);
  const convoId = await ada.chat.openConversation({ type: 'direct', members: [ben.userId] });
  await ada.chat.send(convoId, 'hello');
  expect(texts(ada, convoId)).toEqual(['hello?']);
  await shows(ben, convoId, ['hello']);
  await shows(ada, convoId, ['hello']);
  const unread = () => unreadCount(conversation(ben, convoId));
  expect(unread()).toBe(1);
  ben.chat.markRead(convoId, 1);
  expect(unread()).toBe(0);
  await waitFor('the receipt', () => conversation(ada, convoId).readBy.get(ben.userId) === 1);
});

it('[P5][Y1] loses its socket, comes back and has everything, what was written meanwhile included', async () => {
  const [ada, ben] = await Promise.all([guest(), guest()]);
  const convoId = await ada.chat.openConversation({ type: 'direct', members: [ben.userId] });
  await ada.chat.send(convoId, 'one');
  await shows(ben, convoId, ['one']);

  let isAway = true;
  const away = new Promise<void>((resolve) =>
    ben.client.subscribe(() => {
      if (isAway && ben.chat.state.connection !== 'live') resolve();
    }),
  );
  ben.sockets.at(-1)?.close();
  await away;
  isAway = false;
  await ben.chat.send(convoId, 'written without a socket');
  for (const text of ['two', 'three']) await ada.chat.send(convoId, text);

  const all = ['one', 'two', 'three', 'written without a socket'].sort();
  await waitFor('everything at both', () =>
    [ada, ben].every((who) => texts(who, convoId).sort().join() === all.join()),
  );
  expect(texts(ada, convoId)).toEqual(texts(ben, convoId));
  expect(ben.chat.unsentCount).toBe(0);
});

it('[C2] moves from socket to socket without a gap while both talk', async () => {
  const movesWanted = 3;
  let moves = 0;
  /** What would be due in hours, the end of a connection, is due at once, a few times. */
  const impatient: ClientEnvironment['setTimer'] = (callback, delayMs) => {
    const isRenewal = delayMs > hourMs && moves < movesWanted;
    if (isRenewal) moves += 1;
    const timer = setTimeout(callback, isRenewal ? 300 : delayMs);
    return () => clearTimeout(timer);
  };
  const [ada, ben] = await Promise.all([guest(), guest({ setTimer: impatient })]);
  const connections = new Set<string>();
  ben.client.subscribe(() => connections.add(ben.chat.state.connection));
  const convoId = await ada.chat.openConversation({ type: 'direct', members: [ben.userId] });
  let count = 0;
  while (ben.sockets.length <= movesWanted) {
    count += 1;
    await Promise.all([ada.chat.send(convoId, `ada ${count}`), ben.chat.send(convoId, `ben ${count}`)]);
    await waitFor(
      'both',
      () => texts(ben, convoId).filter((text) => !text.endsWith('?')).length === 2 * count,
    );
  }
  await waitFor('one socket left', () => ben.sockets.filter(isOpen).length === 1);
  expect(connections).toEqual(new Set(['live']));
  expect(ada.chat.state.connection).toBe('live');
  await waitFor('the same at both', () => texts(ada, convoId).join() === texts(ben, convoId).join());
  expect(new Set(texts(ben, convoId)).size).toBe(2 * count);
});

it('goes on in the next run of the program with what was not sent', async () => {
  const ben = await guest();
  const { handle, email } = await newPerson(sharedCloud(), 'program');
  const outboxStore = memoryOutboxStore();
  const { url: baseUrl } = sharedCloud();
  const offline = () => {
    throw new Error('no network');
  };
  const first = new ConfabClient({ baseUrl, outboxStore, environment: { openSocket: offline } });
  await first.logIn({ email, password: testPassword });
  const convoId = (await first.chat?.openConversation({ type: 'direct', members: [ben.userId] })) ?? '';
  await first.chat?.send(convoId, `from ${handle}`);
  expect(first.chat?.unsentCount).toBe(1);
  first.close();

  const second = new ConfabClient({ baseUrl, outboxStore });
  onTestFinished(() => second.close());
  await second.logIn({ email, password: testPassword });
  await shows(ben, convoId, [`from ${handle}`]);
  await waitFor('an empty outbox', () => second.chat?.unsentCount === 0);
});

it('[A3] tells why something was refused', async () => {
  const { chat } = await guest();
  const missing = `c_${newClientMsgId()
    .replaceAll(/[^0-9A-Za-z]/g, '0')
    .padEnd(26, '0')}`;
  const refused = chat.membership.update(missing, { title: 'Mine' });
  await expect(refused).rejects.toBeInstanceOf(ProblemError);
  await expect(refused).rejects.toMatchObject({ code: 'conversation.not_found', status: 404 });
});
