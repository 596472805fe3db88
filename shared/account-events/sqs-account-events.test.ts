import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { accountEvent } from '../../events/account-event.ts';
import { anna, movableClock, sessionId, startMs } from '../../test/support/builders.ts';
import type { AccountEventBody } from './account-events.ts';
import { sqsAccountEvents } from './sqs-account-events.ts';

const client = new SQSClient({ region: 'eu-central-1' });
const sqs = mockClient(client);
beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({ MessageId: 'm' });
});

const events = sqsAccountEvents(client, 'https://sqs.example/account-events', movableClock());

const bodies: AccountEventBody[] = [
  {
    name: 'code.requested',
    purpose: 'login',
    to: { channel: 'email', address: 'grüße@example.org' },
    challenge_id: 'challenge',
    user_id: null,
    sign_up: false,
  },
  { name: 'account.notice', notice: 'password_changed', user_id: anna, email: 'anna@example.org' },
  { name: 'sessions.ended', user_id: anna, session_ids: [sessionId('one')] },
  { name: 'account.erased', user_id: anna },
];

describe('the account events', () => {
  it.each(bodies.map((body) => [body.name, body] as const))(
    'queue %s with its time and version',
    async (_, body) => {
      await events.publish(body);
      const [input, ...more] = sqs.commandCalls(SendMessageCommand).map((call) => call.args[0].input);
      expect(more).toEqual([]);
      expect(input?.QueueUrl).toBe('https://sqs.example/account-events');
      const event = accountEvent.parse(JSON.parse(input?.MessageBody ?? ''));
      expect(event).toEqual({ ...body, version: 1, occurred_at_ms: startMs });
    },
  );

  it('say that nothing was published when SQS does not take it', async () => {
    const cause = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    sqs.on(SendMessageCommand).rejects(cause);
    await expect(events.publish({ name: 'account.erased', user_id: anna })).rejects.toMatchObject({
      code: 'unavailable',
      cause,
    });
  });
});
