import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { type WebhookDelivery, webhookDelivery } from '../../events/webhook-delivery.ts';
import { aConversation, aMessage, startMs } from '../../test/support/builders.ts';
import { messageCreate } from '../messages/message.ts';
import { deliveriesFor } from './deliveries.ts';
import { sqsWebhookQueue, sqsWebhookRetries } from './sqs-webhook-queue.ts';

const client = new SQSClient({ region: 'eu-central-1' });
const sqs = mockClient(client);
beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
});

const url = 'https://sqs.example/webhook-deliveries';
const queue = sqsWebhookQueue(client, url);

const deliveries = (count: number, content = 'hi'): WebhookDelivery[] =>
  Array.from({ length: count }, (_, index) =>
    deliveriesFor(
      aConversation({ webhookIds: ['wh_1'] }),
      [messageCreate(aMessage({ seq: index + 1, content }))],
      { atMs: startMs },
    ),
  ).flat();

const batches = () =>
  sqs.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries ?? []);

describe('the queue of deliveries', () => {
  it('takes them ten at a time, in their order, each under an id of its own', async () => {
    const given = deliveries(23);
    await queue.enqueue(given);
    expect(batches().map((entries) => entries.length)).toEqual([10, 10, 3]);
    const sent = batches().flat();
    expect(sent.map(({ MessageBody }) => webhookDelivery.parse(JSON.parse(MessageBody ?? '')))).toEqual(
      given,
    );
    expect(new Set(sent.map(({ Id }) => Id)).size).toBe(23);
  });

  it('asks nothing when there is nothing', async () => {
    await queue.enqueue([]);
    expect(batches()).toEqual([]);
  });

  it('keeps a batch below the mebibyte that one may have', async () => {
    const large = deliveriesFor(
      aConversation({ webhookIds: Array.from({ length: 5 }, (_, index) => `wh_${index}`) }),
      Array.from({ length: 20 }, (_, index) =>
        messageCreate(aMessage({ seq: index + 1, content: '漢'.repeat(8_000) })),
      ),
      { atMs: startMs },
    );
    await queue.enqueue(large);
    expect(batches().flat()).toHaveLength(large.length);
    for (const entries of batches()) {
      const bytes = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody ?? ''), 0);
      expect(bytes).toBeLessThan(1_048_576);
    }
    expect(batches().length).toBeLessThan(large.length);
  });

  it('writes characters that SQS does not take in ASCII, and they mean the same', async () => {
    const given = deliveries(1, 'a\uFFFEb\uFFFFc');
    await queue.enqueue(given);
    const body = batches()[0]?.[0]?.MessageBody ?? '';
    expect(body).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(JSON.parse(body)).toEqual(given[0]);
  });

  it('counts a batch that was taken in part as not taken', async () => {
    sqs
      .on(SendMessageBatchCommand)
      .resolves({ Successful: [], Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] });
    await expect(queue.enqueue(deliveries(2))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('says that nothing is sure when SQS does not answer', async () => {
    sqs.on(SendMessageBatchCommand).rejects(new Error('timeout'));
    await expect(queue.enqueue(deliveries(2))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('puts a delivery off', async () => {
    await sqsWebhookRetries(client, url).later('receipt', 40);
    expect(sqs.commandCalls(ChangeMessageVisibilityCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { QueueUrl: url, ReceiptHandle: 'receipt', VisibilityTimeout: 40 },
    ]);
  });
});
