import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { gateKey } from '../auth/auth-keys.ts';
import type { Backoff } from '../backoff.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { codes, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { limits } from '../limits.ts';
import { botsKey, handleKey, profileItem, profileKey, searchTermItems } from '../users/user-keys.ts';
import type { BotStore } from './bot-store.ts';
import { botTokenExpiry } from './bot-token.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly usersTable: string;
  readonly backoff: Backoff;
}

/**
 * A bot is a profile with an owner and a gate without credentials: nothing signs in as it, and what erases an account erases
 * it as well.
 */
export function dynamoBotStore({ client, authTable, usersTable, backoff }: Deps): BotStore {
  const put = (TableName: string, Item: Record<string, unknown>) => ({ Put: { TableName, Item } });
  const sessions = (sessionId: string) => ({ [sessionId]: botTokenExpiry });

  return {
    async create(bot, sessionId) {
      const { userId, botOf } = bot;
      const reasons = await transactWriteWithRetry(
        client,
        [
          {
            Put: {
              ...put(usersTable, { ...handleKey(bot.handle), user_id: userId }).Put,
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
          {
            Update: {
              TableName: usersTable,
              Key: botsKey(botOf),
              UpdateExpression: 'ADD bot_ids :bots',
              ConditionExpression: 'attribute_not_exists(bot_ids) OR size(bot_ids) < :max',
              ExpressionAttributeValues: { ':bots': new Set([userId]), ':max': limits.botsPerOwnerMax },
            },
          },
          {
            // Whatever erases the owner finds the bot: it comes before that, or not at all.
            ConditionCheck: {
              TableName: usersTable,
              Key: profileKey(botOf),
              ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(deleted_at)',
            },
          },
          put(authTable, { ...gateKey(userId), sessions: sessions(sessionId), tat: {} }),
          ...[profileItem(bot), ...searchTermItems(bot)].map((item) => put(usersTable, item)),
        ],
        backoff,
      );
      if (!reasons) return 'created';
      const [handle, list, owner] = reasons.map(({ code }) => code === 'ConditionalCheckFailed');
      if (owner) return 'owner_gone';
      if (list) return 'full';
      if (handle) return 'handle_taken';
      throw new Error(`a bot could not be created: ${codes(reasons)}`);
    },

    async idsOf(ownerId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: usersTable, Key: botsKey(ownerId), ConsistentRead: true }),
      );
      // The ids are made so that the older one sorts first.
      return [...((Item?.bot_ids as Set<string> | undefined) ?? [])].sort();
    },

    async replaceSession(botId, sessionId) {
      const replace = new UpdateCommand({
        TableName: authTable,
        Key: gateKey(botId),
        UpdateExpression: 'SET sessions = :sessions',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':sessions': sessions(sessionId) },
      });
      return await unlessConditionFails(client.send(replace));
    },

    async forget(ownerId, botId) {
      const remove = new UpdateCommand({
        TableName: usersTable,
        Key: botsKey(ownerId),
        UpdateExpression: 'DELETE bot_ids :bots',
        // Else it would make an empty list of whoever has none.
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':bots': new Set([botId]) },
      });
      await unlessConditionFails(client.send(remove));
      // An empty list says nothing, and would outlive its owner.
      const tidy = new DeleteCommand({
        TableName: usersTable,
        Key: botsKey(ownerId),
        ConditionExpression: 'attribute_not_exists(bot_ids)',
      });
      await unlessConditionFails(client.send(tidy));
    },
  };
}
