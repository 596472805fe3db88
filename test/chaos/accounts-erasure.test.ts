/** An erasure while everything fails now and then: it ends erased. Crashes at every single call: erase-account.test.ts. */
import { expect, it } from 'vitest';
import type { ChallengeResponse, TokensResponse } from '../../events/account-contracts.ts';
import type { FaultAction, FaultRule } from '../../localstack/aws-tap/fault-rules.ts';
import {
  accountCloudOfThisFile,
  eventQueueOf,
  eventsConsumer,
  outboxOf,
  proves,
  signUp,
} from '../support/account-cloud.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect } from '../support/cloud.ts';
import { itemsNaming } from '../support/items-naming.ts';
import type { OwnCloud } from '../support/own-cloud.ts';
import {
  newPerson,
  openDirect,
  type Person,
  say,
  signedIn,
  testPassword,
  wholeHistory,
} from '../support/people.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { TestSocket } from '../support/socket.ts';
import { waitFor } from '../support/wait-for.ts';

const theCloud = accountCloudOfThisFile({ gatewayLimits: { dropDisconnectRate: 0.5 } });

/** CONFAB_SEED=… repeats the faults of a run. */
const seed = Number(process.env.CONFAB_SEED ?? Date.now() % 1_000_000);
const rounds = 8;
/** Fewer than receives: an erasure that fails on each of them is parked, and an operator's to redrive. */
const faultsPerRound = 3;

const eraser = 'http-account-data';

function mischief(cloud: OwnCloud): Omit<FaultRule, 'times' | 'skip'>[] {
  const kill: FaultAction = {
    kind: 'kill-function-after',
    kill: (name) => cloud.lambda.killEnvironments(name),
  };
  const lost: FaultAction = { kind: 'timeout-after-success' };
  /** Not one that the SDK tries again. */
  const denied: FaultAction = { kind: 'error', status: 400, errorType: 'AccessDeniedException' };
  const database = ['GetItem', 'Query', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'].flatMap(
    (operation) => [kill, lost, denied].map((action) => ({ operation, action })),
  );
  const sockets = ['PostToConnection', 'DeleteConnection'].flatMap((operation) =>
    [kill, denied].map((action) => ({ operation, action })),
  );
  return [
    ...database.map((call) => ({ service: 'dynamodb', functionName: eventsConsumer, ...call }) as const),
    ...sockets.map((call) => ({ service: 'management-api', functionName: eventsConsumer, ...call }) as const),
    ...[eventsConsumer, eraser].flatMap((functionName) =>
      [kill, lost, denied].map(
        (action) => ({ service: 'sqs', operation: 'SendMessage', functionName, action }) as const,
      ),
    ),
    { service: 'dynamodb', operation: 'TransactWriteItems', functionName: eraser, action: kill },
    { service: 'dynamodb', operation: 'TransactWriteItems', functionName: eraser, action: denied },
  ];
}

interface Doomed {
  readonly ada: Person;
  readonly tablet: Person;
  readonly ben: Person;
  readonly convoId: string;
  readonly sockets: readonly TestSocket[];
  readonly phone: string;
}

/** Somebody with everything that an account can have. */
async function somebodyIn(cloud: OwnCloud): Promise<Doomed> {
  const { http } = cloud;
  const outbox = await outboxOf(cloud);
  const [ada, ben] = [await signUp(http), await newPerson(http, 'ben')];
  expect(await proves(ada, ada.challengeId, await outbox.code(ada.email))).toBe(200);
  const phone = `+43${String(Math.floor(1e9 + Math.random() * 9e9))}`;
  const body = { phone, purpose: 'verify' };
  const asked = await ada.call<ChallengeResponse>('POST', '/auth/otp/request', { body });
  const proof = { ...body, challenge_id: bodyOf(asked, 202).challenge_id, code: await outbox.code(phone) };
  bodyOf(await ada.call('POST', '/auth/otp/verify', { body: proof }));
  const login = { email: ada.email, password: testPassword };
  const tablet = signedIn(
    http,
    bodyOf(await http.call<TokensResponse>('POST', '/auth/login', { body: login })),
  );
  bodyOf(await ada.call('POST', '/auth/second-factor'), 201);
  const { convo_id: convoId } = await openDirect(ada, ben);
  const sockets = [await connect(ada), await connect(tablet)] as const;
  await say(sockets[0], convoId, 'remember me');
  for (const [from, to] of [
    [ada, ben],
    [ben, ada],
  ] as const)
    expect((await from.call('PUT', `/me/blocks/${to.userId}`)).status).toBe(204);
  await eventQueueOf(cloud).untilDone();
  return { ada, tablet, ben, convoId, sockets, phone };
}

/** Asks until it is answered: 204, or 401 because an earlier request that got no answer was taken. */
async function requestErasure({ ada }: Doomed): Promise<void> {
  for (let tries = 0; tries <= faultsPerRound; tries += 1) {
    const status = await ada.call('DELETE', '/me').then(
      (answer) => answer.status,
      // The function died, and API Gateway says so in its own words.
      () => 502,
    );
    if (status < 500) {
      expect([204, 401]).toContain(status);
      return;
    }
  }
  throw new Error('nobody took the erasure');
}

async function expectErased(cloud: OwnCloud, doomed: Doomed): Promise<void> {
  const { ada, tablet, ben, convoId, sockets } = doomed;
  const { http } = cloud;
  await Promise.all(sockets.map((socket) => socket.closed));
  for (const device of [ada, tablet]) expect((await device.call('GET', '/me')).status).toBe(401);
  const login = { email: ada.email, password: testPassword };
  expect(problemOf(await http.call('POST', '/auth/login', { body: login })).code).toBe(
    'auth.invalid_credentials',
  );
  const refresh = { refresh_token: tablet.tokens.refresh_token };
  expect((await http.call('POST', '/auth/refresh', { body: refresh })).status).toBe(401);
  expect((await ben.call('GET', `/users/${ada.userId}`)).status).toBe(404);
  const found = await ben.call<{ users: unknown[] }>('GET', `/users?query=${ada.handle}`);
  expect(bodyOf(found).users).toEqual([]);
  expect((await wholeHistory(ben, convoId)).map(({ content }) => content)).toEqual(['remember me']);
  const again = { ...login, handle: ada.handle, display_name: 'Again' };
  expect(problemOf(await http.call('POST', '/auth/register', { body: again })).code).toBe(
    'auth.handle_taken',
  );
  await expectNoTraces(cloud, doomed);
}

/**
 * Rows that end by their expiry: a code that was used, a ticket, a rate limit, and a closed connection whose forgetting
 * was cut off between its lease, which is what everybody looks at, and its row. Whom a connection watched ends with it.
 */
const transient = /^(CODE|TICKET|FACTORCHALLENGE|LIMIT|FAIL|CONN|WATCH|PRESENCE)#/;
/** What is left of a presence: that there is none, until its expiry. */
const isEndingPresence = ({ sk, expires_at }: Record<string, unknown>) =>
  sk === 'PRESENCE' && expires_at !== undefined;

async function expectNoTraces(cloud: OwnCloud, { ada, ben, convoId, phone }: Doomed): Promise<void> {
  await waitFor('nothing that she said of herself', async () => {
    const presence = (await itemsNaming(cloud, ada.userId)).filter(({ sk }) => sk === 'PRESENCE');
    return presence.every(isEndingPresence);
  });
  const keys = (await itemsNaming(cloud, ada.userId))
    .filter((item) => !isEndingPresence(item))
    .filter((item) => !transient.test(String(item.pk)))
    // Messages and memberships stay, under the id of the tombstone.
    .filter((item) => !JSON.stringify(item).includes(convoId))
    .map(
      ({ pk, sk, connections }) =>
        `${String(pk)}/${String(sk)}${connections ? JSON.stringify(connections) : ''}`,
    );
  expect(keys.filter((key) => !key.endsWith('{}')).sort()).toEqual(
    [
      `HANDLE#${ada.handle}/HANDLE`,
      `USER#${ada.userId}/PROFILE`,
      `USER#${ben.userId}/BLOCK#${ada.userId}`,
    ].sort(),
  );
  for (const address of [ada.email, phone]) {
    const named = await itemsNaming(cloud, address);
    expect(named.filter(({ pk }) => !transient.test(String(pk)))).toEqual([]);
  }
}

it(`[I11] erases an account while calls fail and processes die (CONFAB_SEED=${seed})`, {
  timeout: 90_000,
}, async () => {
  const random = seededRandom(seed);
  const cloud = theCloud();
  const outbox = await outboxOf(cloud);
  const queue = eventQueueOf(cloud);
  let befallen = 0;
  for (let round = 0; round < rounds; round += 1) {
    const doomed = await somebodyIn(cloud);
    const kinds = mischief(cloud);
    const rules = Array.from({ length: faultsPerRound }, () => {
      const kind = kinds[Math.floor(random() * kinds.length)];
      if (!kind) throw new Error('no mischief');
      return cloud.tap.faults.add({ ...kind, times: 1, skip: Math.floor(random() * 3) });
    });

    await requestErasure(doomed);
    await queue.untilDone();

    befallen += rules.reduce((sum, { hits }) => sum + hits, 0);
    cloud.tap.faults.clear();
    expect(queue.parkedVisible()).toBe(0);
    await expectErased(cloud, doomed);
    const texts = (await outbox.all(doomed.ada.email)).map(({ subject = '' }) => subject);
    expect(texts.filter((subject) => /erased|deleted/i.test(subject)).length).toBeGreaterThan(0);
  }
  // The control: they bit, again and again.
  expect(befallen).toBeGreaterThan(rounds);
});
