import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { type Clock, epochSeconds } from '../clock.ts';
import { watchedKey, watcherKey, watcherPartition } from '../connections/connection-keys.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { limits } from '../limits.ts';
import type { Watcher, WatchStore } from './watch-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly connectionsTable: string;
  readonly clock: Clock;
}

const attemptsMax = 5;

/**
 * A row per person and connection in the partition of the person, because that is where it is looked for: one unit to
 * write, and TTL takes it away for nothing. A set per connection bounds their number.
 */
export function dynamoWatchStore({ client, connectionsTable: TableName, clock }: Deps): WatchStore {
  const expiresAt = () => epochSeconds(clock.now()) + limits.connectionLeaseSeconds;

  /** An end is a row too: a subscription from before it that arrives later must not begin again. */
  const putRows = async (watcher: Watcher, userIds: readonly string[], atMs: number, gone: boolean) => {
    const { userId, connectionId } = watcher;
    const end = expiresAt();
    await pMap(
      new Set(userIds),
      (target) =>
        unlessConditionFails(
          client.send(
            new PutCommand({
              TableName,
              Item: {
                ...watcherKey(target, connectionId),
                user_id: userId,
                at_ms: atMs,
                ...(gone && { gone }),
                expires_at: end,
              },
              ConditionExpression: 'attribute_not_exists(pk) OR at_ms <= :at',
              ExpressionAttributeValues: { ':at': atMs },
            }),
          ),
        ),
      { concurrency: 25 },
    );
  };

  /** False when the set holds others, or does not fit. */
  const addToSet = async (
    connectionId: string,
    userIds: readonly string[],
    condition: string,
    values: Record<string, unknown>,
  ): Promise<boolean> =>
    await unlessConditionFails(
      client.send(
        new UpdateCommand({
          TableName,
          Key: watchedKey(connectionId),
          UpdateExpression: 'ADD user_ids :ids SET expires_at = :end',
          ConditionExpression: condition,
          ExpressionAttributeValues: { ':ids': new Set(userIds), ':end': expiresAt(), ...values },
        }),
      ),
    );

  /** Mostly there is room for all, known or not; only else it is looked at which are new. */
  const reserve = async (connectionId: string, userIds: readonly string[]): Promise<boolean> => {
    const room = limits.presenceSubscriptionsMax - userIds.length;
    const fits = 'attribute_not_exists(user_ids) OR size(user_ids) <= :room';
    if (await addToSet(connectionId, userIds, fits, { ':room': room })) return true;
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName, Key: watchedKey(connectionId), ConsistentRead: true }),
      );
      const known = (item?.user_ids ?? new Set()) as ReadonlySet<string>;
      if (new Set([...known, ...userIds]).size > limits.presenceSubscriptionsMax) return false;
      const same = known.size === 0 ? 'attribute_not_exists(user_ids)' : 'user_ids = :known';
      if (await addToSet(connectionId, userIds, same, known.size === 0 ? {} : { ':known': known }))
        return true;
    }
    throw new Error(`the subscriptions of ${connectionId} changed ${attemptsMax} times meanwhile`);
  };

  return {
    async watch(watcher, userIds, atMs) {
      if (userIds.length === 0) return true;
      const ids = [...new Set(userIds)];
      if (!(await reserve(watcher.connectionId, ids))) return false;
      await putRows(watcher, ids, atMs, false);
      return true;
    },

    async unwatch(watcher, userIds, atMs) {
      if (userIds.length === 0) return;
      await putRows(watcher, userIds, atMs, true);
      await client.send(
        new UpdateCommand({
          TableName,
          Key: watchedKey(watcher.connectionId),
          UpdateExpression: 'DELETE user_ids :ids SET expires_at = :end',
          ExpressionAttributeValues: { ':ids': new Set(userIds), ':end': expiresAt() },
        }),
      );
    },

    async watchersOf(userId) {
      const pages = paginateQuery(
        { client },
        {
          TableName,
          KeyConditionExpression: 'pk = :person',
          FilterExpression: 'attribute_not_exists(gone) AND expires_at > :now',
          ExpressionAttributeValues: {
            ':person': watcherPartition(userId),
            ':now': epochSeconds(clock.now()),
          },
          ConsistentRead: true,
        },
      );
      const watchers: Watcher[] = [];
      for await (const { Items: items = [] } of pages)
        watchers.push(
          ...items.map(({ user_id, sk }) => ({ userId: String(user_id), connectionId: String(sk) })),
        );
      return watchers;
    },
  };
}
