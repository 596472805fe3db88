import { afterEach } from 'vitest';
import type { RegisterResponse } from '../../events/account-contracts.ts';
import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';
import { bodyOf, type HttpClient } from './client.ts';
import { findOutbox, type Outbox } from './outbox.ts';
import { cloudOfThisFile, messagesIn, type OwnCloud, type OwnCloudOptions } from './own-cloud.ts';
import { type Person, signedIn, testPassword } from './people.ts';
import { waitFor } from './wait-for.ts';

/** The function that sends codes, closes sockets and erases. */
export const eventsConsumer = 'consumers-process-account-events';

/** The queue of account events in a cloud of its own, and what its clock does to it. */
export interface EventQueue {
  readonly maxReceiveCount: number;
  /** What was given up, as text; it stays there. */
  parked(): string[];
  /** What CloudWatch's metric of the dead-letter queue would show. */
  parkedVisible(): number;
  /** Waits until nothing is left to do. What failed shows again at once, instead of after its visibility timeout. */
  untilDone(): Promise<void>;
  /** Lets what failed, or was held by a process that crashed, be delivered again. */
  redeliver(): void;
  /** Gives what was parked back to the queue, as an operator does. */
  redrive(): void;
}

export function eventQueueOf(cloud: OwnCloud): EventQueue {
  const queue = cloud.plan.queues.find(({ name, redrive }) => redrive && name.includes('AccountEvents'));
  if (!queue?.redrive) throw new Error('there is no queue of account events');
  const { deadLetterQueueName, maxReceiveCount } = queue.redrive;
  const { engine } = cloud.sqs;
  const redeliver = () => cloud.passTime(queue.visibilityTimeoutSeconds * 1_000 + 1);
  return {
    maxReceiveCount,
    redeliver,
    parked: () =>
      engine
        .receiveMessages(deadLetterQueueName, { max: 10, visibilityTimeoutSeconds: 0 })
        .map(({ body }) => body),
    parkedVisible: () =>
      Number(engine.queueAttributes(deadLetterQueueName).ApproximateNumberOfMessages ?? Number.NaN),
    async untilDone() {
      await waitFor(
        'the account events to be done',
        () => {
          const left = messagesIn(cloud, queue.name);
          if (left > 0 && isIdle(cloud)) redeliver();
          return left === 0;
        },
        { intervalMs: 100 },
      );
    },
    redrive() {
      engine.startMessageMoveTask(engine.queueArn(deadLetterQueueName));
    },
  };
}

/** True when no delivery is under way, so that moving the clock hands nothing out twice. */
function isIdle({ lambda }: OwnCloud): boolean {
  const pool = lambda.stats().find(({ functionName }) => functionName === eventsConsumer);
  return !pool || pool.starting + pool.busy + pool.queued === 0;
}

/** A cloud for all tests of a file, whose account events are done, too, before the next test begins. */
export function accountCloudOfThisFile(options: OwnCloudOptions = {}): () => OwnCloud {
  const cloud = cloudOfThisFile(options);
  // Before the hook of cloudOfThisFile, which runs later: the faults must end first here as well.
  afterEach(async () => {
    cloud().tap.faults.clear();
    await eventQueueOf(cloud()).untilDone();
  });
  return cloud;
}

export async function outboxOf({ http }: OwnCloud): Promise<Outbox> {
  const outbox = await findOutbox(http);
  if (!outbox) throw new Error('this cloud has no outbox');
  return outbox;
}

/** Somebody who signs up; what follows from it may still be under way. */
export async function signUp(http: HttpClient): Promise<Person & { readonly challengeId: string }> {
  const handle = `new-${crypto.randomUUID().slice(0, 12)}`;
  const body = { email: `${handle}@example.test`, password: testPassword, handle, display_name: 'New' };
  const tokens = bodyOf(await http.call<RegisterResponse>('POST', '/auth/register', { body }), 201);
  return { ...signedIn(http, tokens), challengeId: tokens.email_verification.challenge_id };
}

/** What a code of this address and request answers: 200 when it proves the address. */
export async function proves(person: Person, challengeId: string, code: string): Promise<number> {
  const body = { email: person.email, purpose: 'verify', challenge_id: challengeId, code };
  return (await person.call('POST', '/auth/otp/verify', { body })).status;
}

/** The calls that this function made, in the order of their ends. */
export function callsOf({ tap }: OwnCloud, functionName: string, operation?: string): CallRecord[] {
  return tap.records.filter(
    (call) => call.functionName === functionName && (operation === undefined || call.operation === operation),
  );
}
