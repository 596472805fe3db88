/** The end of a session while something fails: docs/adr/0009-revocation.md, with real processes and sockets. */
import { expect, it } from 'vitest';
import type { TokensResponse } from '../../events/account-contracts.ts';
import type { FaultAction, FaultRule } from '../../localstack/aws-tap/fault-rules.ts';
import { accountCloudOfThisFile, callsOf, eventQueueOf, eventsConsumer } from '../support/account-cloud.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect } from '../support/cloud.ts';
import { itemsNaming } from '../support/items-naming.ts';
import type { OwnCloud } from '../support/own-cloud.ts';
import { newPerson, openDirect, type Person, say, send, signedIn, testPassword } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';
import { waitFor } from '../support/wait-for.ts';

// No $disconnect, which is best effort: what it would forget must be forgotten without it.
const theCloud = accountCloudOfThisFile({ gatewayLimits: { dropDisconnectRate: 1 } });

const pushes = { service: 'management-api', functionName: eventsConsumer } as const;
const broken: FaultAction = { kind: 'error', status: 500, errorType: 'InternalServerError' };
const killed = (cloud: OwnCloud): FaultAction => ({
  kind: 'kill-function-after',
  kill: (name) => cloud.lambda.killEnvironments(name),
});

interface Talk {
  readonly ben: Person;
  /** Ada's device that stays. */
  readonly laptop: Person;
  /** Ada's device whose session is about to end. */
  readonly phone: Person;
  readonly sockets: { readonly ben: TestSocket; readonly laptop: TestSocket; readonly phone: TestSocket };
  readonly convoId: string;
  endPhone(): Promise<number>;
}

async function talkIn(cloud: OwnCloud): Promise<Talk> {
  const [laptop, ben] = await Promise.all([newPerson(cloud.http, 'ada'), newPerson(cloud.http, 'ben')]);
  const phone = await signInAgain(cloud, laptop);
  const { convo_id: convoId } = await openDirect(laptop, ben);
  const sockets = { ben: await connect(ben), laptop: await connect(laptop), phone: await connect(phone) };
  await say(sockets.phone, convoId, 'hello');
  await eventQueueOf(cloud).untilDone();
  cloud.tap.clear();
  const endPhone = async () =>
    (await laptop.call('DELETE', `/auth/sessions/${phone.tokens.session_id}`)).status;
  return { ben, laptop, phone, sockets, convoId, endPhone };
}

async function signInAgain({ http }: OwnCloud, { email }: Person): Promise<Person> {
  const body = { email, password: testPassword };
  return signedIn(http, bodyOf(await http.call<TokensResponse>('POST', '/auth/login', { body })));
}

/** Calls and frames of the phone are refused, whatever became of its socket. */
async function expectRefused({ phone, sockets, convoId }: Talk): Promise<void> {
  expect(problemOf(await phone.call('GET', '/me')).code).toBe('auth.session_ended');
  if (!sockets.phone.isOpen) return;
  const id = send(sockets.phone, { convo_id: convoId, content: 'from beyond' });
  const refusal = await sockets.phone.next('error', ({ client_msg_id }) => client_msg_id === id);
  expect(refusal.code).toBe('auth.session_ended');
}

/** The phone's socket and every trace of its session are gone; the others talk on. */
async function expectEnded(cloud: OwnCloud, talk: Talk): Promise<void> {
  await talk.sockets.phone.closed;
  await expectRefused(talk);
  await say(talk.sockets.laptop, talk.convoId, 'the others stay');
  await talk.sockets.ben.next('message.create', ({ content }) => content === 'the others stay');
  await waitFor('the session to leave no trace', async () => {
    const traces = await itemsNaming(cloud, talk.phone.tokens.session_id);
    return traces.length === 0;
  });
}

it('[P8][I8] closes a socket that cannot be told', async () => {
  const cloud = theCloud();
  const talk = await talkIn(cloud);
  const rule = cloud.tap.faults.add({
    ...pushes,
    operation: 'PostToConnection',
    times: Infinity,
    action: broken,
  });
  expect(await talk.endPhone()).toBe(204);
  await expectEnded(cloud, talk);
  expect(rule.hits).toBeGreaterThan(0);
  expect(talk.sockets.phone.all('session.ended')).toEqual([]);
});

it('[P8][I8] refuses a socket that cannot be closed, pushes nothing to it, and closes it later', async () => {
  const cloud = theCloud();
  const talk = await talkIn(cloud);
  const { ben, laptop, phone } = talk.sockets;
  const rule = cloud.tap.faults.add({
    ...pushes,
    operation: 'DeleteConnection',
    times: Infinity,
    action: broken,
  });
  expect(await talk.endPhone()).toBe(204);
  await expectRefused(talk);
  await phone.next('session.ended');
  await waitFor('a refused DeleteConnection', () => rule.hits > 0);

  await say(ben, talk.convoId, 'not for the phone');
  await laptop.next('message.create', ({ content }) => content === 'not for the phone');
  // Later than the push: what were on its way to the phone would be here before this answer.
  await expectRefused(talk);
  expect(phone.all('message.create').map(({ content }) => content)).toEqual(['hello']);
  // The control: it really stayed open.
  expect(phone.isOpen).toBe(true);

  rule.remove();
  await eventQueueOf(cloud).untilDone();
  await expectEnded(cloud, talk);
});

it.each<Omit<FaultRule, 'times' | 'action' | 'functionName'> & { what: string; open: boolean }>([
  { what: 'the map of sessions', service: 'dynamodb', operation: 'UpdateItem', open: true },
  { what: 'its look at the connections', service: 'dynamodb', operation: 'GetItem', open: true },
  { what: 'retiring the connection', service: 'dynamodb', operation: 'UpdateItem', skip: 1, open: true },
  { what: 'telling the socket', service: 'management-api', operation: 'PostToConnection', open: true },
  { what: 'closing the socket', service: 'management-api', operation: 'DeleteConnection', open: false },
])('[P8][I8] ends a session whose consumer dies after $what', async ({ what: _what, open, ...call }) => {
  const cloud = theCloud();
  const talk = await talkIn(cloud);
  cloud.tap.faults.add({ ...call, functionName: eventsConsumer, times: 1, action: killed(cloud) });
  expect(await talk.endPhone()).toBe(204);
  await cloud.untilFault('kill-function-after');

  await expectRefused(talk);
  if (open) expect(talk.sockets.phone.isOpen).toBe(true);
  // The control: something is left to do.
  expect(await itemsNaming(cloud, talk.phone.tokens.session_id)).not.toEqual([]);

  await eventQueueOf(cloud).untilDone();
  await expectEnded(cloud, talk);
});

it('[P8][I8] ends a session whose end was published by a process that died before it did anything', async () => {
  const cloud = theCloud();
  const talk = await talkIn(cloud);
  cloud.tap.faults.add({
    service: 'sqs',
    operation: 'SendMessage',
    functionName: 'http-account',
    times: 1,
    action: killed(cloud),
  });
  await expect(talk.endPhone()).rejects.toThrow(/: 50\d is not a problem/);
  // The control: admitted, looked up, published, and nothing more. The map was never written by it.
  expect(callsOf(cloud, 'http-account').map(({ operation }) => operation)).toEqual([
    'UpdateItem',
    'GetItem',
    'SendMessage',
  ]);
  await expectEnded(cloud, talk);
});

it('[P8][I8] ends a session though nobody heard of the write that ended it', async () => {
  const cloud = theCloud();
  const talk = await talkIn(cloud);
  const rule = cloud.tap.faults.add({
    service: 'dynamodb',
    operation: 'UpdateItem',
    functionName: 'http-account',
    // The first one takes the token of the rate limit.
    skip: 1,
    times: Infinity,
    action: { kind: 'timeout-after-success' },
  });
  expect(await talk.endPhone()).toBe(500);
  expect(rule.hits).toBeGreaterThan(1);
  rule.remove();
  await expectEnded(cloud, talk);
  // Whoever asks again hears that it is over.
  expect(await talk.endPhone()).toBe(404);
  expect((await talk.phone.call('POST', '/auth/logout')).status).toBe(204);
});

it('[P8] changes nothing when the queue refuses the intent, and the same request may come again', async () => {
  const cloud = theCloud();
  const talk = await talkIn(cloud);
  const rule = cloud.tap.faults.add({
    service: 'sqs',
    operation: 'SendMessage',
    functionName: 'http-account',
    times: Infinity,
    action: { kind: 'error', status: 403, errorType: 'AccessDenied' },
  });
  expect(await talk.endPhone()).toBe(503);
  expect(rule.hits).toBeGreaterThan(0);
  rule.remove();
  expect((await talk.phone.call('GET', '/me')).status).toBe(200);
  await say(talk.sockets.phone, talk.convoId, 'still here');

  expect(await talk.endPhone()).toBe(204);
  await expectEnded(cloud, talk);
});

it('[I8] ends the other sessions, and keeps the password, when a change of it dies after its intent', async () => {
  const cloud = theCloud();
  const talk = await talkIn(cloud);
  cloud.tap.faults.add({
    service: 'sqs',
    operation: 'SendMessage',
    functionName: 'http-account',
    times: 1,
    action: killed(cloud),
  });
  const body = { current_password: testPassword, new_password: 'a rather better password' };
  const change = () => talk.laptop.call('POST', '/auth/password', { body });
  await expect(change()).rejects.toThrow(/: 50\d is not a problem/);

  await expectEnded(cloud, talk);
  // It did not happen, and so can be done.
  const again = await signInAgain(cloud, talk.laptop);
  expect((await change()).status).toBe(204);
  expect((await again.call('GET', '/me')).status).toBe(401);
});
