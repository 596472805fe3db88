import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { type MovableClock, movableClock, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryFailures } from '../../test/support/in-memory-failures.ts';
import { failureDelays } from '../limits.ts';
import { dynamoFailureStore } from './dynamo-failure-store.ts';

const database = testDatabase();

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB(clock: MovableClock) {
    const { client, tables } = database();
    return dynamoFailureStore({ client, authTable: tables.authTable, clock });
  },
  'the in-memory stand-in': inMemoryFailures,
};

let count = 0;

describe.each(Object.entries(stores))('the failures on %s', (_, open) => {
  function setup() {
    const clock = movableClock();
    count += 1;
    const failures = open(clock);
    const subject = `somebody ${count}`;
    const attempt = () => failures.attempt('login.pair', subject);
    return { clock, failures, subject, attempt };
  }
  const { free, firstMs, forgetMs } = failureDelays['login.pair'];
  const use = async (times: number, attempt: () => Promise<void>) => {
    for (let index = 0; index < times; index += 1) await attempt();
  };

  it('lets the free ones through, then says how long to wait, twice as long each time', async () => {
    const { attempt, clock } = setup();
    await use(free, attempt);
    for (const wait of [firstMs, 2 * firstMs, 4 * firstMs]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: wait });
      clock.advance(wait - 1);
      await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1 });
      clock.advance(1);
      await attempt();
    }
  });

  it('evaluates of 200 parallel guesses only the free ones, and one for each delay after it', async () => {
    const { attempt, clock } = setup();
    const burst = async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 200 }, attempt));
      return outcomes.filter(({ status }) => status === 'fulfilled').length;
    };
    expect(await burst()).toBe(free);
    clock.advance(firstMs);
    expect(await burst()).toBe(1);
    clock.advance(2 * firstMs);
    expect(await burst()).toBe(1);
  });

  it('forgives everything after a success', async () => {
    const { attempt, failures, subject } = setup();
    await use(free, attempt);
    await failures.succeeded('login.pair', subject);
    await use(free, attempt);
    await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('takes one failure back, and the delay with it, but not those before it', async () => {
    const { attempt, failures, subject, clock } = setup();
    await use(free, attempt);
    await failures.takeBack('login.pair', subject);
    await attempt();
    await expect(attempt()).rejects.toMatchObject({ retryAfterMs: firstMs });
    clock.advance(firstMs);
    await attempt();
    await expect(attempt()).rejects.toMatchObject({ retryAfterMs: 2 * firstMs });
  });

  it('does nothing when there is nothing to take back or to forgive', async () => {
    const { attempt, failures, subject } = setup();
    await failures.takeBack('login.pair', subject);
    await failures.succeeded('login.pair', subject);
    await attempt();
    await failures.takeBack('login.pair', subject);
    await failures.takeBack('login.pair', subject);
    await use(free, attempt);
    await expect(attempt()).rejects.toMatchObject({ retryAfterMs: firstMs });
  });

  it('forgets a day after the last failure', async () => {
    const { attempt, clock } = setup();
    await use(free - 1, attempt);
    clock.advance(forgetMs - 1_000);
    await attempt();
    await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited' });
    clock.advance(forgetMs);
    await use(free, attempt);
    await expect(attempt()).rejects.toMatchObject({ retryAfterMs: firstMs });
  });

  it('counts each kind and each subject for itself', async () => {
    const { attempt, failures, subject } = setup();
    await use(free, attempt);
    await failures.attempt('login.account', subject);
    await failures.attempt('login.pair', `${subject}, another`);
  });
});

describe('the failures on DynamoDB', () => {
  it('keeps no subject in clear, and lets DynamoDB forget it', async () => {
    const { client, tables } = database();
    const failures = dynamoFailureStore({ client, authTable: tables.authTable, clock: movableClock() });
    await failures.attempt('login.account', 'secret-address@example.org');
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.authTable }));
    expect(JSON.stringify(Items)).not.toContain('secret-address');
    expect(Items.every(({ expires_at }) => expires_at > startMs / 1_000)).toBe(true);
  });

  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
  const failures = dynamoFailureStore({ client, authTable: 'auth', clock: movableClock() });

  it('asks to wait when others are faster again and again', async () => {
    const dynamo = mockClient(client);
    dynamo.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
    await expect(failures.attempt('login.pair', 'contended')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: failureDelays['login.pair'].firstMs,
    });
    dynamo.restore();
  });

  it('does not let anybody guess while failures cannot be counted', async () => {
    const dynamo = mockClient(client);
    dynamo.on(UpdateCommand).rejects(new Error('socket hang up'));
    await expect(failures.attempt('login.pair', 'x')).rejects.toThrow('socket hang up');
    dynamo.restore();
  });
});
