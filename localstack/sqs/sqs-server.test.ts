/** The protocol, through the AWS SDK as functions use it: it verifies the checksums and maps the errors itself. */
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aStandardQueue } from './queue-fixtures.ts';
import { errorOf, type SqsFixture, startSqs } from './sqs-client-fixture.ts';

let fixture: SqsFixture;
let clock: SqsFixture['clock'];
let sqs: SqsFixture['sqs'];
let server: SqsFixture['server'];
let client: SqsFixture['client'];
let send: SqsFixture['send'];
let QueueUrl: string;

beforeEach(async () => {
  fixture = await startSqs();
  ({ clock, sqs, server, client, send, QueueUrl } = fixture);
});

afterEach(() => fixture.stop());

describe('sending and receiving', () => {
  it('carries text, attributes and system attributes with their checksums', async () => {
    const sent = await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'Grüße 👋',
        MessageGroupId: 'A',
        MessageDeduplicationId: 'd',
        MessageAttributes: {
          Hello: { DataType: 'String', StringValue: 'There' },
          General: { DataType: 'String', StringValue: 'Kenobi' },
          'Help.Me': { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
      }),
    );
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    expect(Messages[0]).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'Grüße 👋',
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: {
        Hello: { DataType: 'String', StringValue: 'There' },
        'Help.Me': { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
      },
      Attributes: {
        AWSTraceHeader: 'Root=1-2-3',
        MessageGroupId: 'A',
        SequenceNumber: sent.SequenceNumber,
        ApproximateReceiveCount: '1',
      },
    });
  });

  it('shows only the attributes that are asked for, by name or by prefix', async () => {
    const attribute = { DataType: 'String', StringValue: 'x' };
    await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'x',
        MessageGroupId: 'A',
        MessageDeduplicationId: 'd',
        MessageAttributes: { 'trace.id': attribute, 'trace.parent': attribute, other: attribute },
      }),
    );
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ['trace.*'],
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    expect(Object.keys(Messages[0]?.MessageAttributes ?? {})).toEqual(['trace.id', 'trace.parent']);
    expect(Messages[0]?.Attributes).toEqual({ MessageGroupId: 'A' });
  });

  it('computes the checksum of attributes as AWS does', async () => {
    sqs.defineQueues([aStandardQueue()]);
    const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
    const sent = await client.send(
      new SendMessageCommand({
        QueueUrl: server.queueUrl('work'),
        MessageBody: 'msg',
        MessageAttributes: {
          Hello: attribute('There'),
          General: attribute('Kenobi'),
          'Help.Me': attribute('Me'),
        },
      }),
    );
    expect(sent.MD5OfMessageAttributes).toBe('4c360f3fdafd970e05fae2f149d997f5');
  });

  it('hands out a batch of ten with mixed groups, and takes the receipts of all of them back', async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: `e${index}`,
      MessageBody: `m${index}`,
      MessageGroupId: index % 2 === 0 ? 'A' : 'B',
      MessageDeduplicationId: `m${index}`,
    }));
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful).toHaveLength(10);
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual([
      'm0',
      'm2',
      'm4',
      'm6',
      'm8',
      'm1',
      'm3',
      'm5',
      'm7',
      'm9',
    ]);
    const handles = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const shown = await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: handles.slice(0, 1).map((entry) => ({ ...entry, VisibilityTimeout: 60 })),
      }),
    );
    expect(shown.Successful).toEqual([{ Id: '0' }]);
    const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    expect(deleted.Successful).toHaveLength(10);
    expect(deleted.Failed).toBeUndefined();
  });

  it('answers a long poll as soon as a message comes', async () => {
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await send('A1');
    const { Messages = [] } = await waiting;
    expect(Messages[0]?.Body).toBe('A1');
  });

  it('gives no message to a client that has gone', async () => {
    const pollMessages = vi.spyOn(sqs.engine, 'pollMessages');
    const patience = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
    const abandoned = errorOf(client.send(command, { abortSignal: patience.signal }));
    await vi.waitFor(() => expect(pollMessages).toHaveBeenCalled());
    patience.abort();
    await abandoned;
    await vi.waitFor(() => expect(pollMessages.mock.calls[0]?.[1]?.signal?.aborted).toBe(true));
    await send('A1');
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages[0]?.Body).toBe('A1');
  });

  it('takes the queue from the end of the URL, whatever host it names', async () => {
    const foreign = 'https://sqs.eu-west-1.amazonaws.com/123456789012/chat.fifo';
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: foreign, AttributeNames: ['QueueArn'] }),
    );
    expect(Attributes?.QueueArn).toBe('arn:aws:sqs:eu-west-1:000000000000:chat.fifo');
  });
});

describe('managing queues', () => {
  it('creates, lists, describes, changes, purges and deletes them', async () => {
    const created = await client.send(
      new CreateQueueCommand({
        QueueName: 'new.fifo',
        Attributes: {
          FifoQueue: 'true',
          DeduplicationScope: 'messageGroup',
          FifoThroughputLimit: 'perMessageGroupId',
        },
      }),
    );
    expect(created.QueueUrl).toBe(`${server.endpoint}/000000000000/new.fifo`);
    const url = { QueueUrl: created.QueueUrl };
    expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: 'ne' }))).QueueUrls).toEqual([
      url.QueueUrl,
    ]);
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead.fifo',
      maxReceiveCount: 3,
    });
    await client.send(
      new SetQueueAttributesCommand({ ...url, Attributes: { RedrivePolicy, VisibilityTimeout: '7' } }),
    );
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ ...url, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      RedrivePolicy,
      VisibilityTimeout: '7',
      FifoQueue: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      ApproximateNumberOfMessages: '0',
    });
    await client.send(new PurgeQueueCommand(url));
    expect(await errorOf(client.send(new PurgeQueueCommand(url)))).toMatchObject({
      name: 'PurgeQueueInProgress',
    });
    await client.send(new DeleteQueueCommand(url));
    expect(await errorOf(client.send(new ReceiveMessageCommand(url)))).toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });

  it('moves dead letters back by a message move task', async () => {
    await send('A1');
    await client.send(new ReceiveMessageCommand({ QueueUrl }));
    clock.advanceSeconds(30);
    await client.send(new ReceiveMessageCommand({ QueueUrl }));
    const dead = server.queueUrl('dead.fifo');
    const sources = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
    expect(sources.queueUrls).toEqual([QueueUrl]);
    const SourceArn = sqs.engine.queueArn('dead.fifo');
    await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
    const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
    expect(Results).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }]);
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages[0]?.Body).toBe('A1');
  });
});
