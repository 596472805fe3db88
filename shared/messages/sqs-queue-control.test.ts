import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { aRecord, convoId } from '../../test/support/builders.ts';
import { sqsQueueControl } from './sqs-queue-control.ts';

const client = new SQSClient({ region: 'eu-central-1' });
const sqs = mockClient(client);
beforeEach(() => sqs.reset());

const control = sqsQueueControl(client, {
  queueUrl: 'https://sqs.example/queue.fifo',
  deadLetterQueueUrl: 'https://sqs.example/dead.fifo',
});

describe('the queue control', () => {
  it('[S8] parks a message as it came, with the reason, in the group of its conversation', async () => {
    sqs.on(SendMessageCommand).resolves({});
    await control.park(aRecord({}, { body: 'not even JSON' }), 'malformed');
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'https://sqs.example/dead.fifo',
      MessageBody: 'not even JSON',
      MessageGroupId: convoId('team'),
      MessageDeduplicationId: 'queue-client-1',
      MessageAttributes: { reason: { DataType: 'String', StringValue: 'malformed' } },
    });
  });

  it('throws when a message could not be parked: it must not be taken from the queue', async () => {
    sqs.on(SendMessageCommand).rejects(new Error('Rate exceeded'));
    await expect(control.park(aRecord(), 'malformed')).rejects.toThrow('Rate exceeded');
  });

  it('makes failed messages visible again after the given time, in one call', async () => {
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
    await control.retrySoon([aRecord({ client_msg_id: 'a' }), aRecord({ client_msg_id: 'b' })], 4);
    expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand)).toHaveLength(1);
    expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'https://sqs.example/queue.fifo',
      Entries: [
        { Id: '0', ReceiptHandle: 'receipt-queue-a', VisibilityTimeout: 4 },
        { Id: '1', ReceiptHandle: 'receipt-queue-b', VisibilityTimeout: 4 },
      ],
    });
  });
});
