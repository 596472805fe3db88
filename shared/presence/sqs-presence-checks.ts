import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { PresenceCheck } from '../../events/presence-check.ts';
import { limits } from '../limits.ts';
import type { PresenceChecks } from './presence-checks.ts';

/** A standard queue: at least once, in any order. */
export function sqsPresenceChecks(client: SQSClient, queueUrl: string): PresenceChecks {
  const send = async (userId: string, delaySeconds: number): Promise<void> => {
    const check: PresenceCheck = { name: 'presence.check', version: 1, user_id: userId };
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(check),
        DelaySeconds: delaySeconds,
      }),
    );
  };
  return {
    later: (userId) => send(userId, limits.offlineDebounceSeconds),
    soon: (userId) => send(userId, 0),
  };
}
