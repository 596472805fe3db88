import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../clock.ts';
import { unmarshallItem } from '../dynamo-transaction.ts';
import { AppError } from '../errors.ts';
import { type RateLimit, type SubjectAction, subjectRateLimits, userRateLimits } from '../limits.ts';
import { gateKey, limitKey } from './auth-keys.ts';
import type { Gate } from './gate.ts';
import { latestAdmittedTat, retryAfterMs } from './token-bucket.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly clock: Clock;
}

/**
 * 1 write unit per admission. An expression has no max(), so that a full bucket and one in use are written
 * differently: the first guess is what this environment last saw, and a wrong one costs a second unit.
 */
export function dynamoGate({ client, authTable, clock }: Deps): Gate {
  const lastSeen = new Map<string, number>();
  return {
    async admit({ userId, sessionId }, action) {
      const bucketId = `${userId} ${action}`;
      const seenTat = lastSeen.get(bucketId) ?? 0;
      const guess = { inUse: seenTat > clock.now() };
      await takeToken(client, clock, userRateLimits[action], guess, {
        TableName: authTable,
        Key: gateKey(userId),
        tat: 'tat.#action',
        condition: 'sessions.#session > :now_s',
        names: { '#action': action, '#session': sessionId },
        values: (now) => ({ ':now_s': epochSeconds(now) }),
        readTat: (item) => (item.tat as Record<string, number> | undefined)?.[action],
        check(item, now) {
          const expiresAt = (item?.sessions as Record<string, number> | undefined)?.[sessionId];
          if (expiresAt === undefined || expiresAt <= epochSeconds(now))
            throw new AppError('auth.session_ended');
        },
      });
      if (lastSeen.size >= rememberedBucketsMax) lastSeen.clear();
      lastSeen.set(bucketId, Math.max(seenTat, clock.now()) + userRateLimits[action].refillMs);
    },
  };
}

/** Buckets of anything but a person as a whole: an IP, an address, somebody in one conversation. */
export interface SubjectLimiter {
  /** 1 write unit. Throws `rate_limited` with the time to wait. */
  take(action: SubjectAction, subject: string): Promise<void>;
}

export function dynamoSubjectLimiter({ client, authTable, clock }: Deps): SubjectLimiter {
  return {
    async take(action, subject) {
      const limit = subjectRateLimits[action];
      await takeToken(
        client,
        clock,
        limit,
        { inUse: false },
        {
          TableName: authTable,
          Key: limitKey(action, subject),
          tat: 'tat',
          alsoSet: ', expires_at = :expires_at',
          names: {},
          values: (now) => ({ ':expires_at': epochSeconds(now + limit.burst * limit.refillMs) + 60 }),
          readTat: (item) => item.tat as number | undefined,
        },
      );
    },
  };
}

interface Bucket {
  readonly TableName: string;
  readonly Key: Record<string, string>;
  readonly tat: string;
  readonly alsoSet?: string;
  readonly condition?: string;
  readonly names: Record<string, string>;
  values(now: number): Record<string, number>;
  readTat(item: Record<string, unknown>): number | undefined;
  /** Throws when the item says that no token would help. */
  check?(item: Record<string, unknown> | undefined, now: number): void;
}

const attemptsMax = 4;
const rememberedBucketsMax = 1_000;
/** A bucket that became full while a write was on its way is charged from where it was: at most this much is given. */
const becameFullMs = 1_000;

async function takeToken(
  client: DynamoDBDocumentClient,
  clock: Clock,
  limit: RateLimit,
  guess: { readonly inUse: boolean },
  bucket: Bucket,
): Promise<void> {
  let full = !guess.inUse;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const now = clock.now();
    const old = await updateIf(client, full ? fromFull(bucket, limit, now) : fromPartial(bucket, limit, now));
    if (old === 'written') return;
    bucket.check?.(old, now);
    const tat = (old && bucket.readTat(old)) ?? 0;
    if (tat > latestAdmittedTat(limit, now)) {
      throw new AppError('rate_limited', undefined, { retryAfterMs: retryAfterMs(limit, tat, now) });
    }
    full = tat <= now;
  }
  // Others took their tokens between each look and write of ours: the bucket is contended, which is a limit as well.
  throw new AppError('rate_limited', undefined, { retryAfterMs: limit.refillMs });
}

function fromFull(bucket: Bucket, limit: RateLimit, now: number): UpdateCommandInput {
  const unused = `(attribute_not_exists(${bucket.tat}) OR ${bucket.tat} <= :now)`;
  return update(bucket, `SET ${bucket.tat} = :next`, unused, now, {
    ':next': now + limit.refillMs,
    ':now': now,
  });
}

function fromPartial(bucket: Bucket, limit: RateLimit, now: number): UpdateCommandInput {
  return update(
    bucket,
    `SET ${bucket.tat} = ${bucket.tat} + :cost`,
    `${bucket.tat} BETWEEN :floor AND :latest`,
    now,
    {
      ':cost': limit.refillMs,
      ':floor': now - becameFullMs,
      ':latest': latestAdmittedTat(limit, now),
    },
  );
}

function update(
  bucket: Bucket,
  set: string,
  condition: string,
  now: number,
  values: Record<string, number>,
): UpdateCommandInput {
  return {
    TableName: bucket.TableName,
    Key: bucket.Key,
    UpdateExpression: set + (bucket.alsoSet ?? ''),
    ConditionExpression: bucket.condition ? `${bucket.condition} AND ${condition}` : condition,
    ...(Object.keys(bucket.names).length > 0 && { ExpressionAttributeNames: bucket.names }),
    ExpressionAttributeValues: { ...values, ...bucket.values(now) },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

async function updateIf(
  client: DynamoDBDocumentClient,
  input: UpdateCommandInput,
): Promise<'written' | Record<string, unknown> | undefined> {
  try {
    await client.send(new UpdateCommand(input));
    return 'written';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item ? unmarshallItem(error.Item) : undefined;
  }
}
