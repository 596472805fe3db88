import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { customStatus } from '../../events/client-frames.ts';
import type { Backoff } from '../backoff.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { presenceKey } from '../connections/connection-keys.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import type { PresenceRecord } from './presence.ts';
import type { PresenceStore } from './presence-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly connectionsTable: string;
  readonly backoff: Backoff;
  readonly clock: Clock;
}

/** An erased person's record may still be wanted by what is on its way; then DynamoDB takes it. */
const tombstoneSeconds = 24 * 3600;

/** One item per person beside the one of their connections. Each write is one unit. */
export function dynamoPresenceStore({
  client,
  connectionsTable: TableName,
  backoff,
  clock,
}: Deps): PresenceStore {
  return {
    async get(userId) {
      const { Item: item } = await client.send(
        new GetCommand({ TableName, Key: presenceKey(userId), ConsistentRead: true }),
      );
      return item && toRecord(item);
    },

    async getMany(userIds) {
      const keys = [...new Set(userIds)].map(presenceKey);
      return (await batchGet(client, TableName, keys, { consistent: true, backoff })).map(toRecord);
    },

    settle(known, next, { erase = false } = {}) {
      const end = epochSeconds(clock.now()) + tombstoneSeconds;
      const { UpdateExpression, ExpressionAttributeValues } = erase ? erased(next, end) : settled(next);
      const isFirst = known.rev === 0;
      const write = new UpdateCommand({
        TableName,
        Key: presenceKey(known.userId),
        UpdateExpression,
        ConditionExpression: isFirst ? 'attribute_not_exists(rev)' : 'rev = :known',
        ExpressionAttributeNames: { '#status': 'status', '#hidden': 'hidden' },
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ...(!isFirst && { ':known': known.rev }) },
      });
      return unlessConditionFails(client.send(write));
    },

    async set(userId, { availability, custom }) {
      await client.send(
        new UpdateCommand({
          TableName,
          Key: presenceKey(userId),
          UpdateExpression: [
            'SET user_id = :user',
            availability === undefined ? '' : ', availability = :availability',
            custom ? ', custom = :custom' : '',
            custom === null ? ' REMOVE custom' : '',
            ' ADD rev :one',
          ].join(''),
          ExpressionAttributeValues: {
            ':user': userId,
            ':one': 1,
            ...(availability !== undefined && { ':availability': availability }),
            ...(custom && { ':custom': custom }),
          },
        }),
      );
    },

    async told({ userId, rev }) {
      await unlessConditionFails(
        client.send(
          new UpdateCommand({
            TableName,
            Key: presenceKey(userId),
            UpdateExpression: 'REMOVE cause',
            ConditionExpression: 'rev = :rev',
            ExpressionAttributeValues: { ':rev': rev },
          }),
        ),
      );
    },
  };
}

/** What a person sets is not among them: it is written by nobody else. */
function settled({ userId, status, hidden, version, rev, lastSeen, cause }: PresenceRecord) {
  return {
    UpdateExpression: [
      'SET user_id = :user, #status = :status, #hidden = :hidden, version = :version, rev = :rev',
      ...(lastSeen === undefined ? [] : ['last_seen = :last_seen']),
      ...(cause === undefined ? [] : ['cause = :cause']),
    ].join(', '),
    ExpressionAttributeValues: {
      ':user': userId,
      ':status': status,
      ':hidden': hidden,
      ':version': version,
      ':rev': rev,
      ':last_seen': lastSeen,
      ':cause': cause,
    },
  };
}

function erased(next: PresenceRecord, end: number) {
  const { UpdateExpression, ExpressionAttributeValues } = settled({ ...next, lastSeen: undefined });
  return {
    UpdateExpression: `${UpdateExpression}, expires_at = :end REMOVE custom, availability, last_seen`,
    ExpressionAttributeValues: { ...ExpressionAttributeValues, ':end': end },
  };
}

const item = z.object({
  user_id: z.string(),
  status: z._default(z.enum(['online', 'away', 'offline']), 'offline'),
  last_seen: z.optional(z.string()),
  availability: z._default(z.enum(['auto', 'away', 'invisible']), 'auto'),
  custom: z.optional(customStatus),
  hidden: z._default(z.boolean(), false),
  version: z._default(z.int(), 0),
  rev: z.int(),
  cause: z.optional(z.string()),
});

function toRecord(raw: Record<string, unknown>): PresenceRecord {
  const { user_id, last_seen, ...record } = item.parse(raw);
  return { ...record, userId: user_id, ...(last_seen !== undefined && { lastSeen: last_seen }) };
}
