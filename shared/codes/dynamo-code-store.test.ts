import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { anna, countingIds, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryCodeStore } from '../../test/support/in-memory-codes.ts';
import { codeKey } from '../auth/auth-keys.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { StoredCode } from './code-store.ts';
import { dynamoCodeStore } from './dynamo-code-store.ts';

const database = testDatabase();
const ids = countingIds('STORE');
const nowSeconds = startMs / 1_000;

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB: () => dynamoCodeStore({ client: database().client, authTable: database().tables.authTable }),
  'the in-memory stand-in': () => inMemoryCodeStore(),
};

function aCode(code: Partial<StoredCode> = {}): StoredCode {
  return {
    challengeHash: sha256('challenge'),
    codeHash: sha256('code'),
    userId: anna,
    requestedAtMs: startMs,
    expiresAt: nowSeconds + limits.codeTtlSeconds,
    ...code,
  };
}

const other = { challengeHash: sha256('other challenge'), codeHash: sha256('other code') };

describe.each(Object.entries(stores))('the code store on %s', (_, open) => {
  async function setup(code: Partial<StoredCode> = {}) {
    const store = open();
    const subject = sha256(ids.secret());
    const stored = aCode(code);
    expect(await store.put(subject, stored)).toBe('written');
    return {
      store,
      subject,
      stored,
      attempt: (now = nowSeconds, challengeHash = stored.challengeHash) =>
        store.attempt(subject, challengeHash, now),
    };
  }

  it('says what a code is and whom it proves', async () => {
    const { attempt } = await setup();
    expect(await attempt()).toEqual({ codeHash: sha256('code'), userId: anna });
  });

  it('proves nobody with the code of a request that nobody gets one for', async () => {
    const { attempt } = await setup({ userId: undefined });
    expect(await attempt()).toEqual({ codeHash: sha256('code'), userId: undefined });
  });

  it('ASVS 6.6.3: gives five tries and no more', async () => {
    const { attempt } = await setup();
    for (let index = 0; index < limits.codeTriesMax; index += 1) expect(await attempt()).toBeDefined();
    expect(await attempt()).toBeUndefined();
  });

  it('ASVS 6.6.3: gives two hundred parallel guesses five tries', async () => {
    const { attempt } = await setup();
    const attempts = await Promise.all(Array.from({ length: 200 }, () => attempt()));
    expect(attempts.filter(Boolean)).toHaveLength(5);
  });

  it('ASVS 6.6.2: says nothing to the challenge of another request, which costs no try', async () => {
    const { attempt } = await setup();
    for (let index = 0; index < 10; index += 1) {
      expect(await attempt(nowSeconds, other.challengeHash)).toBeUndefined();
    }
    expect(await attempt()).toBeDefined();
  });

  it('ASVS 6.5.5: does not know an expired code, though its row is still there', async () => {
    const { attempt } = await setup();
    expect(await attempt(nowSeconds + limits.codeTtlSeconds - 1)).toBeDefined();
    expect(await attempt(nowSeconds + limits.codeTtlSeconds)).toBeUndefined();
  });

  it('ASVS 6.5.1: lets exactly one of twenty use a code', async () => {
    const { store, subject, stored, attempt } = await setup();
    const uses = await Promise.all(Array.from({ length: 20 }, () => store.consume(subject, stored.codeHash)));
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await attempt()).toBeUndefined();
  });

  it('does not use a code up that was replaced meanwhile', async () => {
    const { store, subject, stored } = await setup();
    await store.put(subject, aCode({ ...other, requestedAtMs: startMs + 1 }));
    expect(await store.consume(subject, stored.codeHash)).toBe(false);
    expect(await store.attempt(subject, other.challengeHash, nowSeconds)).toBeDefined();
  });

  it('knows no code of a subject that never had one', async () => {
    const store = open();
    const subject = sha256(ids.secret());
    expect(await store.attempt(subject, sha256('challenge'), nowSeconds)).toBeUndefined();
    expect(await store.consume(subject, sha256('code'))).toBe(false);
    await expect(store.markSent(subject, sha256('code'))).resolves.toBeUndefined();
  });

  it('replaces the code of an earlier request, with all tries', async () => {
    const { store, subject, stored, attempt } = await setup();
    await store.markSent(subject, stored.codeHash);
    for (let index = 0; index < 5; index += 1) await attempt();
    expect(await store.put(subject, aCode({ ...other, requestedAtMs: startMs + 1 }))).toBe('written');
    expect(await attempt()).toBeUndefined();
    const found = await store.attempt(subject, other.challengeHash, nowSeconds);
    expect(found).toEqual({ codeHash: other.codeHash, userId: anna });
  });

  it('keeps the code of a later request when an earlier one comes late', async () => {
    const { store, subject, attempt } = await setup({ requestedAtMs: startMs + 1 });
    expect(await store.put(subject, aCode({ ...other }))).toBe('superseded');
    expect(await attempt()).toBeDefined();
  });

  it('replaces the code of the same request only until it was sent', async () => {
    const { store, subject } = await setup();
    const again = aCode({ codeHash: sha256('second code') });
    expect(await store.put(subject, again)).toBe('written');
    await store.markSent(subject, sha256('code'));
    expect(await store.put(subject, again)).toBe('written');
    await store.markSent(subject, again.codeHash);
    expect(await store.put(subject, aCode({ codeHash: sha256('third code') }))).toBe('repeated');
    const found = await store.attempt(subject, again.challengeHash, nowSeconds);
    expect(found?.codeHash).toBe(again.codeHash);
  });

  it('makes no new code for a request whose code was used', async () => {
    const { store, subject, stored, attempt } = await setup();
    await store.consume(subject, stored.codeHash);
    expect(await store.put(subject, aCode({ codeHash: sha256('second code') }))).toBe('repeated');
    expect(await attempt()).toBeUndefined();
  });
});

describe('the row of a code', () => {
  it('has hashes only, and goes by itself', async () => {
    const { client, tables } = database();
    const subject = sha256(ids.secret());
    await stores.DynamoDB().put(subject, aCode());
    const row = await client.send(new GetCommand({ TableName: tables.authTable, Key: codeKey(subject) }));
    expect(row.Item).toEqual({
      pk: `CODE#${subject}`,
      sk: 'CODE',
      challenge_hash: sha256('challenge'),
      code_hash: sha256('code'),
      user_id: anna,
      requested_at: startMs,
      tries: 0,
      sent: false,
      expires_at: nowSeconds + limits.codeTtlSeconds,
    });
  });

  it('is not said to be wrong or used when DynamoDB does not answer', async () => {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
    const dynamo = mockClient(client);
    dynamo.on(PutCommand).rejects(new Error('throttled'));
    dynamo.on(UpdateCommand).rejects(new Error('throttled'));
    const store = dynamoCodeStore({ client, authTable: 'auth' });
    await expect(store.put('subject', aCode())).rejects.toThrow('throttled');
    await expect(store.attempt('subject', 'challenge', nowSeconds)).rejects.toThrow('throttled');
    await expect(store.consume('subject', 'code')).rejects.toThrow('throttled');
    await expect(store.markSent('subject', 'code')).rejects.toThrow('throttled');
  });
});
