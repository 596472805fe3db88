import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Clock, epochSeconds } from '../clock.ts';
import { unmarshallItem } from '../dynamo-transaction.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { type FailureKind, failureDelays } from '../limits.ts';
import { failuresKey } from './auth-keys.ts';
import { type FailureState, type Failures, nextFailure } from './failures.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly clock: Clock;
}

const conflictsMax = 8;

/**
 * 1 write unit per attempt while failures are free. Those are added up, so that many people behind one IP do not stand in
 * each other's way; from the first delay on each is written over the state that was seen, so that of parallel guesses one
 * goes through.
 */
export function dynamoFailureStore({ client, authTable, clock }: Deps): Failures {
  /** `written`, or what stood there instead. */
  const write = async (
    kind: FailureKind,
    subject: string,
    input: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
  ): Promise<'written' | FailureState | undefined> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: authTable,
          Key: failuresKey(kind, sha256(subject)),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          ...input,
        }),
      );
      return 'written';
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item && fromItem(unmarshallItem(error.Item));
    }
  };

  return {
    async attempt(kind, subject) {
      const limit = failureDelays[kind];
      let seen = await write(kind, subject, freeFailure(limit.free, limit.forgetMs, clock.now()));
      for (let conflicts = 0; seen !== 'written' && conflicts < conflictsMax; conflicts += 1) {
        const next = nextFailure(limit, seen, clock.now());
        if ('retryAfterMs' in next) throw new AppError('rate_limited', undefined, next);
        seen = await write(kind, subject, replaceState(seen, next));
      }
      // Others were faster each time: as many guesses as that at once are a reason to wait, too.
      if (seen !== 'written') throw new AppError('rate_limited', undefined, { retryAfterMs: limit.firstMs });
    },

    async succeeded(kind, subject) {
      await client.send(new DeleteCommand({ TableName: authTable, Key: failuresKey(kind, sha256(subject)) }));
    },

    async takeBack(kind, subject) {
      await write(kind, subject, {
        UpdateExpression: 'SET failures = failures - :one REMOVE blocked_until',
        ConditionExpression: 'failures > :none',
        ExpressionAttributeValues: { ':one': 1, ':none': 0 },
      });
    },
  };
}

/** A failure that causes no delay yet. Every limit has at least two of them. */
function freeFailure(free: number, forgetMs: number, now: number) {
  return {
    UpdateExpression: 'ADD failures :one SET expires_at = :forget_at',
    ConditionExpression: 'attribute_not_exists(pk) OR (failures < :last_free AND expires_at > :now)',
    ExpressionAttributeValues: {
      ':one': 1,
      ':last_free': free - 1,
      ':now': epochSeconds(now),
      ':forget_at': epochSeconds(now + forgetMs),
    },
  };
}

function replaceState(seen: FailureState | undefined, next: FailureState) {
  return {
    UpdateExpression: 'SET failures = :failures, blocked_until = :blocked, expires_at = :forget_at',
    ...(seen
      ? {
          ConditionExpression:
            'failures = :seen AND expires_at = :seen_forget_at AND (attribute_not_exists(blocked_until) OR blocked_until = :seen_blocked)',
        }
      : { ConditionExpression: 'attribute_not_exists(pk)' }),
    ExpressionAttributeValues: {
      ':failures': next.failures,
      ':blocked': next.blockedUntil,
      ':forget_at': epochSeconds(next.forgetAt),
      ...(seen && {
        ':seen': seen.failures,
        ':seen_forget_at': epochSeconds(seen.forgetAt),
        ':seen_blocked': seen.blockedUntil,
      }),
    },
  };
}

function fromItem(item: Record<string, unknown>): FailureState {
  return {
    failures: Number(item.failures),
    blockedUntil: Number(item.blocked_until ?? 0),
    forgetAt: Number(item.expires_at) * 1_000,
  };
}
