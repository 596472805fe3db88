import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { type MovableClock, movableClock, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryPublicKeyStore } from '../../test/support/in-memory-auth.ts';
import type { PublicKeyStore } from './access-token.ts';
import { publicKeyKey } from './auth-keys.ts';
import { dynamoPublicKeyStore } from './dynamo-public-key-store.ts';
import { deriveSigningKeys } from './signing-keys.ts';

const database = testDatabase();
const nowSeconds = startMs / 1000;
const minuteMs = 60_000;

let count = 0;
/** A key that no other test has. */
async function aKey() {
  count += 1;
  const { kid, publicJwk } = await deriveSigningKeys('r'.repeat(32), count);
  return { kid, jwk: publicJwk };
}

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores: Record<string, (clock: MovableClock) => PublicKeyStore> = {
  DynamoDB: (clock) => dynamoPublicKeyStore(database().client, database().tables.authTable, clock),
  'the in-memory stand-in': (clock) => inMemoryPublicKeyStore(clock),
};

describe.each(Object.entries(stores))('the public key store on %s', (_, openAt) => {
  const open = () => {
    const clock = movableClock();
    return { clock, store: openAt(clock) };
  };
  const kids = async (store: PublicKeyStore) => (await store.list()).map(({ kid }) => kid);

  it('gives what was published, one by one and all together', async () => {
    const { store } = open();
    const [one, two] = [await aKey(), await aKey()];
    await store.publish(one.kid, one.jwk, nowSeconds + 60);
    await store.publish(two.kid, two.jwk, nowSeconds + 60);
    expect(await store.get(one.kid)).toEqual(one.jwk);
    expect(await store.list()).toEqual(expect.arrayContaining([one.jwk, two.jwk]));
  });

  it('does not know a key that nobody published, and knows it as soon as this environment publishes it', async () => {
    const { store } = open();
    const { kid, jwk } = await aKey();
    expect(await store.get(kid)).toBeUndefined();
    await store.publish(kid, jwk, nowSeconds + 60);
    expect(await store.get(kid)).toEqual(jwk);
  });

  it('forgets a key at its end, though its row may be there for days', async () => {
    const { store, clock } = open();
    const { kid, jwk } = await aKey();
    await store.publish(kid, jwk, nowSeconds + 60);
    expect(await store.get(kid)).toEqual(jwk);
    clock.advance(minuteMs - 1);
    expect(await store.get(kid)).toEqual(jwk);
    expect(await kids(store)).toContain(kid);
    clock.advance(1);
    expect(await store.get(kid)).toBeUndefined();
    expect(await kids(store)).not.toContain(kid);
  });

  it('keeps the later end when a key is published again, and moves it forward only when it is retired', async () => {
    const { store, clock } = open();
    const { kid, jwk } = await aKey();
    const livesAt = async (second: number) => {
      clock.advance((nowSeconds + second) * 1000 - clock.now());
      return (await kids(store)).includes(kid);
    };
    await store.publish(kid, jwk, nowSeconds + 60);
    await store.publish(kid, jwk, nowSeconds + 30);
    expect([await livesAt(59), await livesAt(60)]).toEqual([true, false]);
    await store.retire(kid, nowSeconds + 40);
    await store.retire(kid, nowSeconds + 50);
    expect([await livesAt(39), await livesAt(40)]).toEqual([true, false]);
    await store.publish(kid, jwk, nowSeconds + 90);
    expect([await livesAt(89), await livesAt(90)]).toEqual([true, false]);
  });

  it('makes no key by retiring one that is not there', async () => {
    const { store } = open();
    const { kid } = await aKey();
    await store.retire(kid, nowSeconds + 60);
    expect(await store.get(kid)).toBeUndefined();
    expect(await kids(store)).not.toContain(kid);
  });
});

describe('two environments on one key table', () => {
  const environment = (clock = movableClock()) => stores.DynamoDB?.(clock) as PublicKeyStore;

  it('see what the other published', async () => {
    const { kid, jwk } = await aKey();
    await environment().publish(kid, jwk, nowSeconds + 60);
    expect(await environment().get(kid)).toEqual(jwk);
  });

  it('stop trusting a key within five minutes of its row being retired by the other', async () => {
    const clock = movableClock();
    const { kid, jwk } = await aKey();
    const [one, two] = [environment(clock), environment(clock)];
    await one.publish(kid, jwk, nowSeconds + 3600);
    expect(await two.get(kid)).toEqual(jwk);
    await one.retire(kid, nowSeconds + 1);
    clock.advance(5 * minuteMs - 1);
    expect(await two.get(kid)).toEqual(jwk);
    clock.advance(1);
    expect(await two.get(kid)).toBeUndefined();
  });
});

describe('a row of the key table', () => {
  it('leaves without what is no public part, and not at all if it makes no sense', async () => {
    const { client, tables } = database();
    const [good, bad, endless] = [await aKey(), await aKey(), await aKey()];
    const put = (kid: string, row: object) =>
      client.send(new PutCommand({ TableName: tables.authTable, Item: { ...publicKeyKey(kid), ...row } }));
    await put(good.kid, { jwk: { ...good.jwk, d: 'private' }, expires_at: nowSeconds + 60 });
    await put(bad.kid, { jwk: { ...bad.jwk, kty: 'oct' }, expires_at: nowSeconds + 60 });
    await put(endless.kid, { jwk: endless.jwk });

    const store = dynamoPublicKeyStore(client, tables.authTable, movableClock());
    expect(await store.get(good.kid)).toEqual(good.jwk);
    for (const { kid } of [bad, endless]) expect(await store.get(kid)).toBeUndefined();
    const listed = await store.list();
    expect(listed).toContainEqual(good.jwk);
    expect(listed.map(({ kid }) => kid)).not.toContain(bad.kid);
    expect(listed.map(({ kid }) => kid)).not.toContain(endless.kid);
  });
});

describe('the public key store, as the table sees it', () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
  const dynamo = mockClient(client);
  afterEach(() => dynamo.reset());

  it('is asked once for a key, consistently, as long as the answer is remembered', async () => {
    const { kid, jwk } = await aKey();
    dynamo.on(GetCommand).resolves({ Item: { jwk, expires_at: nowSeconds + 3600 } });
    const clock = movableClock();
    const store = dynamoPublicKeyStore(client, 'auth', clock);
    for (let call = 0; call < 3; call += 1) await store.get(kid);
    expect(dynamo.commandCalls(GetCommand, { ConsistentRead: true })).toHaveLength(1);
    clock.advance(5 * minuteMs);
    await store.get(kid);
    expect(dynamo.commandCalls(GetCommand)).toHaveLength(2);
  });

  it('does not hide a failure behind "no such key" or "published already"', async () => {
    const { kid, jwk } = await aKey();
    dynamo.rejects(new Error('DynamoDB does not answer'));
    const store = dynamoPublicKeyStore(client, 'auth', movableClock());
    const calls = [
      () => store.get(kid),
      () => store.list(),
      () => store.publish(kid, jwk, nowSeconds),
      () => store.retire(kid, nowSeconds),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow('does not answer');
    dynamo.on(QueryCommand).resolves({});
    expect(await store.list()).toEqual([]);
  });
});
