import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { AccountEvent } from '../../events/account-event.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { AccountEvents } from './account-events.ts';

/** A standard queue: at least once, in any order. Whoever consumes an event must be able to do it twice. */
export function sqsAccountEvents(client: SQSClient, queueUrl: string, clock: Clock): AccountEvents {
  return {
    async publish(body) {
      const event: AccountEvent = { ...body, version: 1, occurred_at_ms: clock.now() };
      try {
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) }));
      } catch (error) {
        throw new AppError('unavailable', 'the request was not taken, send it again', { cause: error });
      }
    },
  };
}
