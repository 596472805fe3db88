import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { codes, hasCode, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { limits } from '../limits.ts';
import { gateKey, sessionKey } from './auth-keys.ts';
import type { Session, SessionStore } from './session.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly clock: Clock;
  readonly backoff: Backoff;
}

/**
 * Sessions: one row each with the refresh chain, and one map in the user's gate item that says which of them live.
 * The map decides; a session that is not in it is over, whatever its row says.
 */
export function dynamoSessionStore({ client, authTable, clock, backoff }: Deps): SessionStore {
  const liveSessions = async (userId: string): Promise<Record<string, number>> => {
    const answer = await client.send(
      new GetCommand({
        TableName: authTable,
        Key: gateKey(userId),
        ConsistentRead: true,
        ProjectionExpression: 'sessions',
      }),
    );
    return answer.Item?.sessions ?? {};
  };

  return {
    async add(session) {
      const surplus = surplusSessions(await liveSessions(session.userId), epochSeconds(clock.now()));
      const names = Object.fromEntries(surplus.map((sessionId, index) => [`#old${index}`, sessionId]));
      const remove =
        surplus.length > 0 ? ` REMOVE ${surplus.map((_, i) => `sessions.#old${i}`).join(', ')}` : '';
      const reasons = await transactWriteWithRetry(
        client,
        [
          {
            Update: {
              TableName: authTable,
              Key: gateKey(session.userId),
              UpdateExpression: `SET sessions.#new = :expiry${remove}`,
              ConditionExpression: 'attribute_exists(pk)',
              ExpressionAttributeNames: { '#new': session.sessionId, ...names },
              ExpressionAttributeValues: { ':expiry': session.expiresAt },
            },
          },
          { Put: { TableName: authTable, Item: sessionItem(session) } },
          ...surplus.map((sessionId) => ({
            Delete: { TableName: authTable, Key: sessionKey(session.userId, sessionId) },
          })),
        ],
        backoff,
      );
      if (reasons) throw new Error(`a session could not be added: ${codes(reasons)}`);
    },

    async get({ userId, sessionId }) {
      const answer = await client.send(
        new GetCommand({ TableName: authTable, Key: sessionKey(userId, sessionId), ConsistentRead: true }),
      );
      return answer.Item && fromItem(answer.Item);
    },

    async rotate(session, next) {
      const reasons = await transactWriteWithRetry(
        client,
        [
          {
            Update: {
              TableName: authTable,
              Key: sessionKey(session.userId, session.sessionId),
              UpdateExpression:
                'SET refresh_hash = :next, previous_refresh_hash = :current, rotated_at = :now, expires_at = :expiry',
              ConditionExpression: 'refresh_hash = :current',
              ExpressionAttributeValues: {
                ':current': session.refreshHash,
                ':next': next.refreshHash,
                ':now': next.rotatedAt,
                ':expiry': next.expiresAt,
              },
            },
          },
          {
            Update: {
              TableName: authTable,
              Key: gateKey(session.userId),
              UpdateExpression: 'SET sessions.#session = :expiry',
              ConditionExpression: 'attribute_exists(sessions.#session)',
              ExpressionAttributeNames: { '#session': session.sessionId },
              ExpressionAttributeValues: { ':expiry': next.expiresAt },
            },
          },
        ],
        backoff,
      );
      if (reasons && !hasCode(reasons, 'ConditionalCheckFailed')) {
        throw new Error(`a session could not be rotated: ${codes(reasons)}`);
      }
      return reasons === undefined;
    },

    async end({ userId, sessionId }) {
      // The gate first: from here on every call is refused, even if the second write never happens.
      await client.send(
        new UpdateCommand({
          TableName: authTable,
          Key: gateKey(userId),
          UpdateExpression: 'REMOVE sessions.#session',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#session': sessionId },
        }),
      );
      await client.send(new DeleteCommand({ TableName: authTable, Key: sessionKey(userId, sessionId) }));
    },

    async isLive({ userId, sessionId }) {
      const expiresAt = (await liveSessions(userId))[sessionId];
      return expiresAt !== undefined && expiresAt > epochSeconds(clock.now());
    },
  };
}

export function sessionItem(session: Session) {
  return {
    ...sessionKey(session.userId, session.sessionId),
    user_id: session.userId,
    session_id: session.sessionId,
    refresh_hash: session.refreshHash,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
  };
}

function fromItem(item: Record<string, unknown>): Session {
  return {
    userId: String(item.user_id),
    sessionId: String(item.session_id),
    refreshHash: String(item.refresh_hash),
    createdAt: Number(item.created_at),
    expiresAt: Number(item.expires_at),
    previousRefreshHash: item.previous_refresh_hash as string | undefined,
    rotatedAt: item.rotated_at as number | undefined,
  };
}

/** Expired sessions, and the ones nearest to their end where a new one would pass the cap. */
function surplusSessions(sessions: Record<string, number>, nowSeconds: number): string[] {
  const byExpiry = Object.entries(sessions).sort(([, a], [, b]) => a - b);
  const overCap = byExpiry.length - (limits.sessionsPerUserMax - 1);
  return byExpiry
    .filter(([, expiresAt], index) => expiresAt <= nowSeconds || index < overCap)
    .map(([id]) => id);
}
