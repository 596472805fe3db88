import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { ThrottlingException } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { serverFrame } from '../../events/server-frames.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { randomIds } from '../../shared/ids.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import {
  aChangeAccepted,
  aConnection,
  aConversation,
  anna,
  ben,
  instantBackoff,
  membershipsOf,
} from '../../test/support/builders.ts';
import { capturedLogs } from '../../test/support/captured-logs.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  aContext,
  aQueueEvent,
  aQueueRecord,
  pushedFrames,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
const gateway = mockClient(ApiGatewayManagementApiClient);
const sqs = mockClient(SQSClient);
let handler: (event: unknown, context: unknown) => Promise<SQSBatchResponse>;
const logs = capturedLogs();

beforeAll(async () => {
  stubEnvironment(database(), { LOG_LEVEL: 'INFO' });
  handler = (await import('./process-messages.ts')).handler as typeof handler;
  const { client, tables } = database();
  const connections = dynamoConnectionStore({ client, ...tables, clock: systemClock });
  await connections.open(aConnection(anna, 'a1'));
  await connections.open(aConnection(ben, 'b1'));
});

beforeEach(() => {
  gateway.reset();
  gateway.on(PostToConnectionCommand).resolves({});
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
  sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
});

async function conversation() {
  const { client, tables } = database();
  const convoId = randomIds.conversation();
  const made = aConversation({ convoId, members: [anna, ben] });
  const conversations = dynamoConversationStore({ client, ...tables, backoff: instantBackoff() });
  await conversations.create(made, membershipsOf(made, [anna, ben]));
  const stored = async () =>
    (await dynamoMessageStore({ client, ...tables }).range(convoId, 1, 99)).map(
      ({ clientMsgId }) => clientMsgId,
    );
  const record = (client_msg_id: string, receiveCount = 1, more: { content?: string; body?: string } = {}) =>
    aQueueRecord(
      {
        convo_id: convoId,
        client_msg_id,
        content: more.content ?? `text of ${client_msg_id}`,
        connection_id: 'a1',
      },
      receiveCount,
      more.body,
    );
  return { convoId, stored, record };
}

const run = (...records: Parameters<typeof aQueueEvent>) => handler(aQueueEvent(...records), aContext());
const failures = (response: SQSBatchResponse) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
const invocations = () =>
  logs
    .text()
    .split('\n')
    .filter((line) => line.includes('"invocation"'));

/** Lets DynamoDB throttle every commit that has such a message in it. */
function throttle(clientMsgId: string) {
  const send = Reflect.get(DynamoDBDocumentClient.prototype, 'send') as (
    command: unknown,
  ) => Promise<unknown>;
  async function sendUnlessHit(this: DynamoDBDocumentClient, command: unknown): Promise<unknown> {
    const isHit =
      command instanceof TransactWriteCommand && JSON.stringify(command.input).includes(`"${clientMsgId}"`);
    if (isHit) throw new ThrottlingException({ message: `slow down, ${clientMsgId}`, $metadata: {} });
    return await Reflect.apply(send, this, [command]);
  }
  return vi.spyOn(DynamoDBDocumentClient.prototype, 'send').mockImplementation(sendUnlessHit as never);
}

describe('process-messages', () => {
  it('stores each conversation of a batch and pushes one frame per connection and conversation', async () => {
    const [first, second] = [await conversation(), await conversation()];
    const response = await run(first.record('a1'), second.record('b1'), first.record('a2'));
    expect(response).toEqual({ batchItemFailures: [] });
    expect([await first.stored(), await second.stored()]).toEqual([['a1', 'a2'], ['b1']]);
    const frames = pushedFrames(gateway);
    expect(frames.map(([connectionId]) => connectionId).toSorted()).toEqual(['a1', 'a1', 'b1', 'b1']);
    for (const [, frame] of frames) expect(serverFrame.safeParse(frame).success).toBe(true);
  });

  it('returns the one that failed and everything after it in its group, and no other group', async () => {
    const [first, second] = [await conversation(), await conversation()];
    const throttled = throttle('A2');
    const batch = [
      first.record('A1', 2),
      first.record('A2', 2),
      first.record('A3', 2),
      second.record('B1', 2),
    ];
    const response = await run(...batch);
    expect(failures(response)).toEqual(['queue-A2', 'queue-A3']);
    expect([await first.stored(), await second.stored()]).toEqual([['A1'], ['B1']]);
    const retries = sqs.commandCalls(ChangeMessageVisibilityBatchCommand).map((call) => call.args[0].input);
    expect(retries).toMatchObject([{ Entries: [{ VisibilityTimeout: 2 }, { VisibilityTimeout: 2 }] }]);
    throttled.mockRestore();
    expect(await run(first.record('A2', 3), first.record('A3', 3))).toEqual({ batchItemFailures: [] });
    expect(await first.stored()).toEqual(['A1', 'A2', 'A3']);
  });

  it('parks what it cannot read, with the reason, and takes it from the queue', async () => {
    const { record, stored } = await conversation();
    const response = await run(
      record('m1'),
      record('m2', 1, { body: '{"name":"message.accepted","version":9}' }),
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toMatchObject({
      QueueUrl: 'https://sqs.example/dead.fifo',
      MessageBody: '{"name":"message.accepted","version":9}',
      MessageAttributes: { reason: { StringValue: 'malformed' } },
    });
    expect(await stored()).toEqual(['m1']);
  });

  it('answers every failure by name, never by a throw: that would bring the whole batch again', async () => {
    const { record } = await conversation();
    const dynamo = mockClient(DynamoDBDocumentClient);
    dynamo.rejects(new Error('DynamoDB does not answer'));
    const response = await run(record('m1'), record('m2')).finally(() => dynamo.restore());
    expect(failures(response)).toEqual(['queue-m1', 'queue-m2']);
  });
});

describe('the log of process-messages', () => {
  const secret = 'what nobody else may read';

  it('has one line per invocation, which follows each message by its id', async () => {
    const { record, convoId } = await conversation();
    await run(record('m1'), record('m2'));
    expect(invocations()).toHaveLength(1);
    expect(logs.lines()).toHaveLength(1);
    expect(JSON.parse(invocations()[0] ?? '')).toMatchObject({
      message: 'invocation',
      stage: 'processed',
      outcome: 'ok',
      records: 2,
      failed: 0,
      request_id: 'request-1',
      messages: [
        { convo_id: convoId, client_msg_id: 'm1', outcome: 'persisted', seq_no: 1 },
        { client_msg_id: 'm2', seq_no: 2 },
      ],
    });
  });

  it('follows a change by its id and number, and has nothing of what it says', async () => {
    const { convoId, record } = await conversation();
    const change = { kind: 'edit', seq_no: 1, content: 'a secret' } as const;
    const asked = { convo_id: convoId, client_msg_id: 'e1', connection_id: 'a1' };
    const body = JSON.stringify(aChangeAccepted(change, asked));
    await run(record('m1'), record('e1', 1, { body }));
    const [line = ''] = invocations();
    expect(JSON.parse(line)).toMatchObject({
      messages: [
        { client_msg_id: 'm1', outcome: 'persisted', seq_no: 1 },
        { client_msg_id: 'e1', outcome: 'persisted', seq_no: 1, rev: 1 },
      ],
    });
    expect(logs.text()).not.toContain('secret');
  });

  it('never has the text of a message, whatever became of it', async () => {
    const { record } = await conversation();
    throttle('m2');
    gateway.on(PostToConnectionCommand).rejects(new Error('socket hang up'));
    await run(
      record('m1', 2, { content: secret }),
      record('bad', 2, { body: JSON.stringify({ content: secret }) }),
      record('m2', 10, { content: secret }),
    );
    const text = logs.text();
    expect(text).toContain('a message was parked');
    expect(text).toContain('push failed');
    expect(text).not.toContain(secret);
    expect(invocations()).toHaveLength(1);
  });

  it('says of each failed group why it failed', async () => {
    const { record } = await conversation();
    throttle('m1');
    await run(record('m1'));
    expect(logs.text()).toContain('a group failed');
    expect(logs.text()).toContain('did not succeed in 6 tries');
  });
});
