import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ChangeAccepted, timelineEvent } from '../../events/change-accepted.ts';
import { messageAccepted } from '../../events/message-accepted.ts';
import { anAccepted, ben, convoId, startMs } from '../../test/support/builders.ts';
import { sqsMessageQueue } from './sqs-message-queue.ts';

const client = new SQSClient({ region: 'eu-central-1' });
const sqs = mockClient(client);
beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({ MessageId: 'm' });
});

const queue = sqsMessageQueue(client, 'https://sqs.example/queue.fifo');

/** What SQS was sent for a message. */
async function sent(message: Parameters<typeof anAccepted>[0] = {}) {
  await queue.enqueue(anAccepted(message));
  const input = sqs.commandCalls(SendMessageCommand).at(-1)?.args[0].input;
  if (!input) throw new Error('nothing was sent');
  return input;
}

describe('the message queue', () => {
  it('queues the message in the group of its conversation', async () => {
    const input = await sent({ content: 'Grüße 🎈' });
    expect(input).toMatchObject({
      QueueUrl: 'https://sqs.example/queue.fifo',
      MessageGroupId: convoId('team'),
    });
    expect(messageAccepted.parse(JSON.parse(input.MessageBody ?? ''))).toEqual(
      anAccepted({ content: 'Grüße 🎈' }),
    );
  });

  it("lets nobody's message be swallowed by another's", async () => {
    const ids = [
      await sent(),
      await sent({ sender_id: ben }),
      await sent({ convo_id: convoId('other') }),
      await sent({ client_msg_id: 'client-2' }),
      await sent({ request_id: 'request-2' }),
    ].map((input) => input.MessageDeduplicationId);
    expect(new Set(ids).size).toBe(5);
  });

  it('queues a change in the group of its conversation too, behind what was sent before it', async () => {
    const change: ChangeAccepted = {
      name: 'change.accepted',
      version: 1,
      convo_id: convoId('team'),
      sender_id: ben,
      session_id: 's',
      connection_id: 'c',
      client_msg_id: 'client-1',
      change: { kind: 'react', seq_no: 4, emoji: '👩🏽‍🚀' },
      accepted_at_ms: startMs,
      request_id: 'request-1',
    };
    await queue.enqueue(change);
    const input = sqs.commandCalls(SendMessageCommand).at(-1)?.args[0].input;
    expect(input?.MessageGroupId).toBe((await sent()).MessageGroupId);
    expect(timelineEvent.parse(JSON.parse(input?.MessageBody ?? ''))).toEqual(change);
  });

  it('lets SQS drop only the same frame, sent again by the SDK', async () => {
    const [first, again] = [await sent(), await sent()];
    expect(again.MessageDeduplicationId).toBe(first.MessageDeduplicationId);
    expect(first.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
  });

  it('cannot be led to a collision by where one field ends and the next begins', async () => {
    const [first, second] = [
      await sent({ client_msg_id: 'a', request_id: 'bc' }),
      await sent({ client_msg_id: 'ab', request_id: 'c' }),
    ];
    expect(first.MessageDeduplicationId).not.toBe(second.MessageDeduplicationId);
  });

  it('[S6] says that the message was not accepted when SQS does not take it', async () => {
    const cause = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    sqs.on(SendMessageCommand).rejects(cause);
    await expect(queue.enqueue(anAccepted())).rejects.toMatchObject({ code: 'unavailable', cause });
  });
});
