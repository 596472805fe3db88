import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { countingIds, instantBackoff, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemorySecondFactors } from '../../test/support/in-memory-second-factors.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { dynamoSecondFactorStore } from './dynamo-second-factor-store.ts';
import type { FactorProof, SecondFactorStore } from './second-factor-store.ts';

const database = testDatabase();
const ids = countingIds('FACTOR');
const nowSeconds = startMs / 1_000;

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB: () => realStore(),
  'the in-memory stand-in': () => inMemorySecondFactors(),
};

function realStore() {
  const { client, tables } = database();
  return dynamoSecondFactorStore({ client, authTable: tables.authTable, backoff: instantBackoff() });
}

const hashes = ['one', 'two', 'three'].map(sha256);
const [one = '', two = ''] = hashes;
const pending = { sealedSecret: 'v1.sealed', createdAt: nowSeconds };
const active = { enabledAt: nowSeconds + 60, lastStep: 100, recovery: new Set(hashes) };
const totp = (step: number, more: Partial<Extract<FactorProof, { kind: 'totp' }>> = {}): FactorProof => ({
  kind: 'totp',
  step,
  sealedSecret: pending.sealedSecret,
  renewedSecret: undefined,
  ...more,
});
const recovery = (hash: string): FactorProof => ({ kind: 'recovery', hash });

async function anActiveFactor(store: SecondFactorStore, userId = ids.user()) {
  await store.putPending(userId, pending);
  await store.activate(userId, pending.sealedSecret, active);
  return userId;
}

async function aChallenge(store: SecondFactorStore, userId: string, passwordHash?: string) {
  const hash = sha256(ids.secret());
  await store.putChallenge(hash, { userId, passwordHash, expiresAt: nowSeconds + 600 });
  return hash;
}

const trues = (outcomes: readonly boolean[]) => outcomes.filter(Boolean).length;

describe.each(Object.entries(stores))('the second factors on %s', (_, open) => {
  it('has none for an account that never set one up', async () => {
    const store = open();
    expect(await store.get(ids.user())).toBeUndefined();
    expect(await store.remove(ids.user())).toBeUndefined();
    expect(await store.replaceRecovery(ids.user(), new Set(hashes))).toBe(false);
  });

  it('keeps the latest pending one', async () => {
    const store = open();
    const userId = ids.user();
    const later = { sealedSecret: 'v1.later', createdAt: nowSeconds + 9 };
    expect(await store.putPending(userId, pending)).toBe(true);
    expect(await store.putPending(userId, later)).toBe(true);
    expect(await store.get(userId)).toEqual({ status: 'pending', ...later });
    expect(await store.replaceRecovery(userId, new Set(hashes))).toBe(false);
  });

  it('activates the pending one of the given secret, once, and nothing else', async () => {
    const store = open();
    const userId = ids.user();
    expect(await store.activate(userId, pending.sealedSecret, active)).toBe(false);
    await store.putPending(userId, pending);
    expect(await store.activate(userId, 'v1.another', active)).toBe(false);
    expect((await store.get(userId))?.status).toBe('pending');
    const both = [active, { ...active, lastStep: 200 }];
    const outcomes = await Promise.all(
      both.map((change) => store.activate(userId, pending.sealedSecret, change)),
    );
    expect(trues(outcomes)).toBe(1);
    expect(await store.get(userId)).toEqual({
      status: 'active',
      ...pending,
      ...both[outcomes.indexOf(true)],
    });
  });

  it('does not put a pending one over an active one', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    expect(await store.putPending(userId, { ...pending, sealedSecret: 'v1.other' })).toBe(false);
    expect(await store.get(userId)).toEqual({ status: 'active', ...pending, ...active });
  });

  it('replaces the recovery codes of an active one', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    expect(await store.replaceRecovery(userId, new Set([sha256('new')]))).toBe(true);
    expect(await store.get(userId)).toMatchObject({ recovery: new Set([sha256('new')]) });
    expect(await store.spend(await aChallenge(store, userId), userId, recovery(one))).toBe(false);
  });

  it('removes it, pending or active', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    expect(await store.remove(userId)).toBe('active');
    expect(await store.get(userId)).toBeUndefined();
    await store.putPending(userId, pending);
    expect(await store.remove(userId)).toBe('pending');
  });

  it('knows whose a challenge is, and which password was right', async () => {
    const store = open();
    const [userId, other] = [ids.user(), ids.user()];
    expect(await store.getChallenge(await aChallenge(store, userId, '$argon2id$x'))).toEqual({
      userId,
      passwordHash: '$argon2id$x',
    });
    expect(await store.getChallenge(await aChallenge(store, other))).toEqual({ userId: other });
    expect(await store.getChallenge(sha256('invented'))).toBeUndefined();
  });

  it('lets five of two hundred parallel guesses have a try', async () => {
    const store = open();
    const challenge = await aChallenge(store, ids.user());
    const tries = Array.from({ length: 200 }, () => store.takeTry(challenge, nowSeconds));
    expect(trues(await Promise.all(tries))).toBe(limits.codeTriesMax);
    expect(await store.takeTry(challenge, nowSeconds)).toBe(false);
  });

  it('gives no try at an expired or invented challenge', async () => {
    const store = open();
    const challenge = await aChallenge(store, ids.user());
    expect(await store.takeTry(challenge, nowSeconds + 600)).toBe(false);
    expect(await store.takeTry(challenge, nowSeconds + 599)).toBe(true);
    expect(await store.takeTry(sha256('invented'), nowSeconds)).toBe(false);
  });

  it('ASVS 6.5.1: uses a step once, and none before it', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    const spend = async (step: number) =>
      await store.spend(await aChallenge(store, userId), userId, totp(step));
    expect(await spend(100)).toBe(false);
    expect(await spend(102)).toBe(true);
    expect([await spend(102), await spend(101), await spend(103)]).toEqual([false, false, true]);
    expect(await store.get(userId)).toEqual({ status: 'active', ...pending, ...active, lastStep: 103 });
  });

  it('ASVS 6.5.1: lets one of ten who bring the same step at once through', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    const challenges = await Promise.all(Array.from({ length: 10 }, () => aChallenge(store, userId)));
    const outcomes = await Promise.all(
      challenges.map((challenge) => store.spend(challenge, userId, totp(101))),
    );
    expect(trues(outcomes)).toBe(1);
  });

  it('ASVS 6.5.1: uses each recovery code once, and the last one, too', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    for (const [index, hash] of hashes.entries()) {
      const challenges = await Promise.all(Array.from({ length: 4 }, () => aChallenge(store, userId)));
      const outcomes = await Promise.all(
        challenges.map((challenge) => store.spend(challenge, userId, recovery(hash))),
      );
      expect(trues(outcomes)).toBe(1);
      expect(await store.get(userId)).toMatchObject({ recovery: new Set(hashes.slice(index + 1)) });
    }
    expect(await store.spend(await aChallenge(store, userId), userId, recovery(one))).toBe(false);
  });

  it('lets one of several answers to the same challenge through, and uses up nothing of the others', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    const challenge = await aChallenge(store, userId);
    const proofs = [totp(101), recovery(one), recovery(two)];
    const outcomes = await Promise.all(proofs.map((proof) => store.spend(challenge, userId, proof)));
    expect(trues(outcomes)).toBe(1);
    const again = await Promise.all(
      proofs.map(async (proof) => await store.spend(await aChallenge(store, userId), userId, proof)),
    );
    expect(again).toEqual(outcomes.map((won) => !won));
    expect(await store.getChallenge(challenge)).toBeUndefined();
    expect(await store.takeTry(challenge, nowSeconds)).toBe(false);
  });

  it('keeps the challenge when the code was no good', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    const challenge = await aChallenge(store, userId);
    expect(await store.spend(challenge, userId, totp(100))).toBe(false);
    expect(await store.spend(challenge, userId, recovery(sha256('none')))).toBe(false);
    expect(await store.spend(challenge, userId, totp(101))).toBe(true);
  });

  it("does not take a challenge for somebody else's", async () => {
    const store = open();
    const [userId, other] = [await anActiveFactor(store), await anActiveFactor(store)];
    expect(await store.spend(await aChallenge(store, other), userId, totp(101))).toBe(false);
    expect(await store.get(userId)).toMatchObject({ lastStep: 100 });
  });

  it('takes no code of a secret that was replaced, is pending or is gone', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    const challenge = await aChallenge(store, userId);
    expect(await store.spend(challenge, userId, totp(101, { sealedSecret: 'v1.old' }))).toBe(false);
    await store.remove(userId);
    expect(await store.spend(challenge, userId, totp(101))).toBe(false);
    expect(await store.spend(challenge, userId, recovery(one))).toBe(false);
    expect(await store.get(userId)).toBeUndefined();
    await store.putPending(userId, pending);
    expect(await store.spend(challenge, userId, totp(101))).toBe(false);
    expect(await store.spend(challenge, userId, recovery(one))).toBe(false);
  });

  it('keeps the secret as it was sealed anew', async () => {
    const store = open();
    const userId = await anActiveFactor(store);
    const proof = totp(101, { renewedSecret: 'v1.renewed' });
    expect(await store.spend(await aChallenge(store, userId), userId, proof)).toBe(true);
    expect(await store.get(userId)).toMatchObject({ sealedSecret: 'v1.renewed', lastStep: 101 });
  });
});

describe('the second factors on DynamoDB', () => {
  it('never lets a factor expire, and forgets challenges', async () => {
    const store = realStore();
    const userId = await anActiveFactor(store);
    await aChallenge(store, userId);
    await store.putPending(ids.user(), pending);
    const { client, tables } = database();
    const { Items = [] } = await client.send(
      new ScanCommand({ TableName: tables.authTable, ConsistentRead: true }),
    );
    const expiring = Items.filter(({ expires_at }) => expires_at !== undefined).map(({ sk }) => String(sk));
    expect(new Set(expiring)).toEqual(new Set(['CHALLENGE']));
    expect(Items.filter(({ sk }) => sk === 'CHALLENGE').every(({ expires_at }) => expires_at > 0)).toBe(true);
  });
});

describe('the second factors when DynamoDB fails', () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
  const backoff = instantBackoff();
  const store = dynamoSecondFactorStore({ client, authTable: 'auth', backoff });
  const dynamo = mockClient(client);
  afterEach(() => dynamo.reset());
  const cancelled = (...reasons: string[]) =>
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: reasons.map((Code) => ({ Code })),
    });
  const spend = () => store.spend('challenge', 'u_1', totp(1));

  it('tries again when two transactions meet', async () => {
    dynamo.on(TransactWriteCommand).rejectsOnce(cancelled('TransactionConflict', 'None')).resolves({});
    expect(await spend()).toBe(true);
    expect(backoff.waits).toEqual([1]);
  });

  it('proves nothing when it cannot be told whether the code was used', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled('ValidationError', 'None'));
    await expect(spend()).rejects.toThrow('could not be used: ValidationError, None');
    dynamo.on(TransactWriteCommand).rejects(new Error('socket hang up'));
    await expect(spend()).rejects.toThrow('socket hang up');
  });

  it('ASVS 16.5.3: fails closed: no answer is not the answer that there is no factor or another try', async () => {
    dynamo.rejects(new Error('socket hang up'));
    const calls = [
      () => store.get('u_1'),
      () => store.putPending('u_1', pending),
      () => store.activate('u_1', 'sealed', active),
      () => store.replaceRecovery('u_1', new Set()),
      () => store.remove('u_1'),
      () => store.getChallenge('hash'),
      () => store.putChallenge('hash', { userId: 'u_1', expiresAt: 1 }),
      () => store.takeTry('hash', 1),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow('socket hang up');
  });
});
