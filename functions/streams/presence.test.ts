import {
  ApiGatewayManagementApiClient,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { presenceCheck } from '../../events/presence-check.ts';
import { systemClock } from '../../shared/clock.ts';
import { connectionKey, userConnectionsKey } from '../../shared/connections/connection-keys.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { randomIds } from '../../shared/ids.ts';
import { limits } from '../../shared/limits.ts';
import { dynamoPresenceStore } from '../../shared/presence/dynamo-presence-store.ts';
import { dynamoWatchStore } from '../../shared/presence/dynamo-watch-store.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  aContext,
  aQueueEvent,
  aQueueRecord,
  pushedFrames,
  type SignedIn,
  signUp,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const database = testDatabase();
const gateway = mockClient(ApiGatewayManagementApiClient);
const sqs = mockClient(SQSClient);
let follow: Handler;
let check: Handler;
let sweep: Handler;
let anna: SignedIn;
let ben: SignedIn;

const deps = () => ({ client: database().client, ...database().tables, clock: systemClock });
const connections = () => dynamoConnectionStore(deps());
const presence = () => dynamoPresenceStore({ ...deps(), backoff: instantBackoff() });

beforeAll(async () => {
  stubEnvironment(database());
  follow = (await import('./presence.ts')).handler as Handler;
  check = (await import('../consumers/check-presence.ts')).handler as Handler;
  sweep = (await import('../schedules/sweep-connections.ts')).handler as Handler;
});

beforeEach(async () => {
  gateway.reset();
  gateway.on(PostToConnectionCommand).resolves({});
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
  [anna, ben] = [await signUp(database(), randomIds.user()), await signUp(database(), randomIds.user())];
  await connections().open({ ...ben, connectionId: `of-${ben.userId}` });
  await dynamoWatchStore(deps()).watch({ ...ben, connectionId: `of-${ben.userId}` }, [anna.userId], 1);
});

let count = 0;
function record({ pk, sk }: { pk: string; sk: string }) {
  count += 1;
  const dynamodb = { SequenceNumber: String(count), Keys: { pk: { S: pk }, sk: { S: sk } }, NewImage: {} };
  return { eventID: 'e', eventName: 'MODIFY', dynamodb };
}
const ofAnna = () => record(userConnectionsKey(anna.userId));

describe('the stream of connections', () => {
  it('[G1] tells who watches, and reports no failure', async () => {
    await connections().open({ ...anna, connectionId: `of-${anna.userId}` });
    expect(await follow({ Records: [ofAnna(), ofAnna()] }, aContext())).toEqual({ batchItemFailures: [] });
    expect(pushedFrames(gateway)).toMatchObject([
      [`of-${ben.userId}`, { type: 'presence.update', user_id: anna.userId, status: 'online', version: 1 }],
    ]);
  });

  it('[G3] asks for a look in 20 seconds when the last connection ended', async () => {
    await connections().open({ ...anna, connectionId: `of-${anna.userId}` });
    await follow({ Records: [ofAnna()] }, aContext());
    await connections().close(`of-${anna.userId}`);
    await follow({ Records: [ofAnna()] }, aContext());
    const input = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
    expect(input).toMatchObject({
      QueueUrl: 'https://sqs.example/presence-checks',
      DelaySeconds: limits.offlineDebounceSeconds,
    });
    expect(presenceCheck.parse(JSON.parse(input?.MessageBody ?? ''))).toMatchObject({ user_id: anna.userId });
  });

  it('reports every change of a person of whom something failed, and no other', async () => {
    await connections().open({ ...anna, connectionId: `of-${anna.userId}` });
    await follow({ Records: [ofAnna()] }, aContext());
    await connections().close(`of-${anna.userId}`);
    sqs.on(SendMessageCommand).rejects(new Error('throttled'));
    const [first, second, other] = [ofAnna(), ofAnna(), record(userConnectionsKey(ben.userId))];
    expect(await follow({ Records: [first, other, second] }, aContext())).toEqual({
      batchItemFailures: [first, second].map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })),
    });
    expect(await presence().get(ben.userId)).toMatchObject({ status: 'online' });
  });

  it('passes over what is not the connections of a person', async () => {
    const others = [
      connectionKey('c'),
      { pk: `USER#${anna.userId}`, sk: 'PRESENCE' },
      { pk: 'X', sk: 'CONNECTIONS' },
    ];
    expect(await follow({ Records: others.map(record) }, aContext())).toEqual({ batchItemFailures: [] });
    expect(pushedFrames(gateway)).toEqual([]);
  });

  it.each([{}, { Records: [{ dynamodb: { Keys: {} } }] }])(
    'throws for what is no stream: %j',
    async (event) => {
      await expect(follow(event, aContext())).rejects.toThrow('not the records of a stream');
    },
  );
});

describe('a presence check', () => {
  const checkOf = (userId: string, messageId = 'm') => {
    const body = JSON.stringify({ name: 'presence.check', version: 1, user_id: userId });
    return aQueueEvent({ ...aQueueRecord({}, 1, body), messageId });
  };

  it('[G3] tells that somebody is gone, and again when it is repeated, because nobody may have heard', async () => {
    await connections().open({ ...anna, connectionId: `of-${anna.userId}` });
    await follow({ Records: [ofAnna()] }, aContext());
    await database().client.send(
      new PutCommand({
        TableName: database().tables.connectionsTable,
        Item: {
          ...userConnectionsKey(anna.userId),
          user_id: anna.userId,
          connections: {},
          ended_at_ms: systemClock.now() - 20_000,
        },
      }),
    );
    gateway.resetHistory();
    for (const messageId of ['m-1', 'm-1', 'm-2'])
      expect(await check(checkOf(anna.userId, messageId), aContext())).toEqual({ batchItemFailures: [] });
    const offline = { type: 'presence.update', status: 'offline', version: 2 };
    expect(pushedFrames(gateway)).toMatchObject([
      [`of-${ben.userId}`, offline],
      [`of-${ben.userId}`, offline],
    ]);
  });

  it('leaves alone who is there', async () => {
    await check(checkOf(ben.userId), aContext());
    expect(pushedFrames(gateway)).toEqual([]);
  });
});

describe('the sweep', () => {
  it('[G8] forgets a connection that API Gateway does not know any more', async () => {
    const connectionId = `of-${anna.userId}`;
    const past = { now: () => systemClock.now() - 600_000 };
    await dynamoConnectionStore({ ...deps(), clock: past }).open({ ...anna, connectionId });
    const gone = new GoneException({ message: '', $metadata: {} });
    gateway
      .on(GetConnectionCommand)
      .resolves({})
      .on(GetConnectionCommand, { ConnectionId: connectionId })
      .rejects(gone);
    await sweep({}, aContext());
    expect(await connections().allOf(anna.userId)).toEqual([]);
    expect(await connections().allOf(ben.userId)).toHaveLength(1);
  });
});
