import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { anIdentity, anna, aProfile, aSession, instantBackoff } from '../../test/support/builders.ts';
import { emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import { credentialsKey, gateKey } from './auth-keys.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
const dynamo = mockClient(client);
const tables = { authTable: 'auth', usersTable: 'users' };
const identity = anIdentity();

function setup() {
  const backoff = instantBackoff();
  return { backoff, accounts: dynamoAccountStore(client, tables, backoff) };
}

/** Why each action was cancelled; all that are not named would have gone through. */
function cancelled(reasons: Record<number, string>) {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: Array.from({ length: 6 }, (_, index) => ({ Code: reasons[index] ?? 'None' })),
  });
}

beforeEach(() => {
  dynamo.reset();
  dynamo.on(QueryCommand).resolves({ Items: [] });
  dynamo.on(GetCommand).resolves({});
  dynamo
    .on(GetCommand, { Key: credentialsKey(anna) })
    .resolves({ Item: { user_id: anna, email: 'anna@example.org', password_hash: 'old' } });
  dynamo
    .on(GetCommand, { Key: gateKey(anna) })
    .resolves({ Item: { sessions: { [identity.sessionId]: 9_999_999_999 } } });
});

type Store = ReturnType<typeof dynamoAccountStore>;
const reclaiming = { passwordHash: 'new', forgetFactors: true };
const writes: Record<string, (accounts: Store) => Promise<unknown>> = {
  create: (accounts) =>
    accounts.create({ profile: aProfile('anna'), passwordHash: 'hash', session: aSession() }),
  'verify an address': (accounts) => accounts.verify(identity, emailOf('anna')),
  'verify a number': (accounts) => accounts.verify(identity, phoneOf('345678')),
  changePassword: (accounts) => accounts.changePassword(identity, { from: 'old', to: 'new' }),
  reclaim: (accounts) => accounts.reclaim(anna, emailOf('anna'), reclaiming),
};

describe.each(Object.entries(writes))('%s, when DynamoDB cancels it', (_, write) => {
  it('looks again when what it had read has changed', async () => {
    dynamo
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled({ 1: 'ConditionalCheckFailed' }))
      .resolves({});
    const { accounts, backoff } = setup();
    await write(accounts);
    expect(backoff.waits).toEqual([1]);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(2);
  });

  it('says so when others change the account each time', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled({ 1: 'ConditionalCheckFailed' }));
    await expect(write(setup().accounts)).rejects.toMatchObject({ code: 'unavailable' });
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(5);
  });

  it('believes the first condition, whatever else has changed', async () => {
    const reasons = { 0: 'ConditionalCheckFailed', 1: 'ConditionalCheckFailed', 2: 'TransactionConflict' };
    dynamo.on(TransactWriteCommand).rejects(cancelled(reasons));
    expect([false, undefined, 'handle_taken']).toContain(await write(setup().accounts));
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });

  it('tries again while others only stand in the way', async () => {
    dynamo
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled({ 2: 'TransactionConflict' }))
      .rejectsOnce(cancelled({ 0: 'ThrottlingError' }))
      .resolves({});
    await write(setup().accounts);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(3);
  });

  it.each(['ValidationError', 'ItemCollectionSizeLimitExceeded', 'AccessDenied'])(
    'fails for %s, which no second try would change, and names no account',
    async (code) => {
      dynamo.on(TransactWriteCommand).rejects(cancelled({ 3: code }));
      const error = await write(setup().accounts).catch((thrown: Error) => thrown.message);
      expect(error).toContain(code);
      expect(error).not.toMatch(/anna|u_/);
      expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
    },
  );

  it('fails with what the network says', async () => {
    dynamo.on(TransactWriteCommand).rejects(new Error('socket hang up'));
    await expect(write(setup().accounts)).rejects.toThrow('socket hang up');
  });
});
