import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { anIdentity, movableClock, startMs } from '../../test/support/builders.ts';
import { userRateLimits } from '../limits.ts';
import { dynamoGate } from './dynamo-gate.ts';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
const dynamo = mockClient(client);
beforeEach(() => dynamo.reset());

const identity = anIdentity();
const admit = () =>
  dynamoGate({ client, authTable: 'auth', clock: movableClock() }).admit(identity, 'message.send');

/** The gate item as a failed condition shows it. */
function refusedWith(tat: number) {
  return new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
    Item: {
      sessions: { M: { [identity.sessionId]: { N: String(startMs / 1_000 + 60) } } },
      tat: { M: { 'message.send': { N: String(tat) } } },
    },
  });
}

describe('the gate, when others write beside it', () => {
  it('costs one write while the bucket is full, and two while it is not', async () => {
    dynamo.on(UpdateCommand).resolvesOnce({});
    await admit();
    expect(dynamo.commandCalls(UpdateCommand)).toHaveLength(1);
    dynamo.reset();
    dynamo
      .on(UpdateCommand)
      .rejectsOnce(refusedWith(startMs + 50))
      .resolves({});
    await admit();
    expect(dynamo.commandCalls(UpdateCommand)).toHaveLength(2);
  });

  it('looks again when the bucket changed between its look and its write', async () => {
    dynamo
      .on(UpdateCommand)
      .rejectsOnce(refusedWith(startMs + 50))
      .rejectsOnce(refusedWith(startMs - 1))
      .resolves({});
    await expect(admit()).resolves.toBeUndefined();
    expect(dynamo.commandCalls(UpdateCommand)).toHaveLength(3);
  });

  it('does not look for ever: who is contended that much is told to wait', async () => {
    dynamo.on(UpdateCommand).rejects(refusedWith(startMs + 50));
    await expect(admit()).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: userRateLimits['message.send'].refillMs,
    });
    expect(dynamo.commandCalls(UpdateCommand)).toHaveLength(4);
  });

  it('does not take a failing database for a missing session', async () => {
    dynamo.on(UpdateCommand).rejects(new Error('DynamoDB does not answer'));
    await expect(admit()).rejects.toThrow('DynamoDB does not answer');
  });
});
