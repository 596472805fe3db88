import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { WebhookEvent } from '../../events/bot-contracts.ts';
import type { Backoff } from '../backoff.ts';
import {
  conversationKey,
  webhookAttemptKey,
  webhookAttemptPrefix,
  webhookKey,
  webhookPrefix,
} from '../conversations/conversation-keys.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { codes, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { limits } from '../limits.ts';
import { type Attempt, isTaken, type Webhook } from './webhook.ts';
import type { WebhookStore } from './webhook-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly backoff: Backoff;
}

type Item = Record<string, unknown>;

/** The conversation names its webhooks in a set, so that coming and going change nothing else of it. */
export function dynamoWebhookStore({ client, conversationsTable, backoff }: Deps): WebhookStore {
  const update = async (
    convoId: string,
    webhookId: string,
    input: Pick<UpdateCommandInput, 'UpdateExpression' | 'ExpressionAttributeValues'> &
      Partial<UpdateCommandInput>,
  ): Promise<Item | undefined> => {
    let after: Item | undefined;
    const written = client.send(
      new UpdateCommand({
        TableName: conversationsTable,
        Key: webhookKey(convoId, webhookId),
        ReturnValues: 'ALL_NEW',
        ...input,
        ConditionExpression: ['attribute_exists(pk)', input.ConditionExpression]
          .filter(Boolean)
          .join(' AND '),
      }),
    );
    await unlessConditionFails(
      written.then(({ Attributes }) => {
        after = Attributes;
      }),
    );
    return after;
  };

  const inConversation = async (convoId: string, prefix: string): Promise<Item[]> => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: conversationsTable,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': conversationKey(convoId).pk, ':prefix': prefix },
        ConsistentRead: true,
      }),
    );
    return Items;
  };

  const transact = async (items: TransactItems) => await transactWriteWithRetry(client, items, backoff);

  return {
    async add(webhook, { convoId, membersVersion }) {
      const reasons = await transact([
        {
          Update: {
            TableName: conversationsTable,
            Key: conversationKey(convoId),
            UpdateExpression: 'ADD webhook_ids :ids',
            ConditionExpression:
              'members_version = :version AND (attribute_not_exists(webhook_ids) OR size(webhook_ids) < :max)',
            ExpressionAttributeValues: {
              ':ids': new Set([webhook.webhookId]),
              ':version': membersVersion,
              ':max': limits.webhooksPerConversationMax,
            },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        { Put: { TableName: conversationsTable, Item: webhookItem(webhook) } },
      ]);
      if (!reasons) return 'added';
      const [first] = reasons;
      if (first?.code !== 'ConditionalCheckFailed') {
        throw new Error(`a webhook could not be added: ${codes(reasons)}`);
      }
      return first.item?.members_version === membersVersion ? 'full' : 'stale';
    },

    async get(convoId, webhookId) {
      const Key = webhookKey(convoId, webhookId);
      const { Item } = await client.send(
        new GetCommand({ TableName: conversationsTable, Key, ConsistentRead: true }),
      );
      return Item && toWebhook(Item);
    },

    async list(convoId) {
      return (await inConversation(convoId, webhookPrefix)).map(toWebhook);
    },

    async remove(convoId, webhookId) {
      const slots = Array.from({ length: limits.webhookAttemptsKept }, (_, slot) => slot);
      const keys = [
        webhookKey(convoId, webhookId),
        ...slots.map((slot) => webhookAttemptKey(convoId, webhookId, slot)),
      ];
      const reasons = await transact([
        {
          Update: {
            TableName: conversationsTable,
            Key: conversationKey(convoId),
            UpdateExpression: 'DELETE webhook_ids :ids',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':ids': new Set([webhookId]) },
          },
        },
        ...keys.map((Key) => ({ Delete: { TableName: conversationsTable, Key } })),
      ]);
      if (reasons) throw new Error(`a webhook could not be removed: ${codes(reasons)}`);
    },

    async enable(convoId, webhookId) {
      const after = await update(convoId, webhookId, {
        UpdateExpression: 'SET #state = :enabled, failures = :none REMOVE failing_since',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':enabled': 'enabled', ':none': 0 },
      });
      return after && toWebhook(after);
    },

    async disable(convoId, webhookId, failures) {
      const after = await update(convoId, webhookId, {
        UpdateExpression: 'SET #state = :disabled',
        ConditionExpression: '#state = :enabled AND failures >= :failures',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':disabled': 'disabled', ':enabled': 'enabled', ':failures': failures },
      });
      return after !== undefined;
    },

    async replaceSecret(convoId, webhookId, sealed, from) {
      const after = await update(convoId, webhookId, {
        UpdateExpression: 'SET sealed_secret = :sealed',
        ...(from !== undefined && { ConditionExpression: 'sealed_secret = :from' }),
        ExpressionAttributeValues: { ':sealed': sealed, ...(from !== undefined && { ':from': from }) },
      });
      return after !== undefined;
    },

    async noteAttempt({ convoId, webhookId }, attempt) {
      const after = await update(convoId, webhookId, isTaken(attempt) ? success : failure(attempt));
      if (!after) return undefined;
      // A ring: the slot that is written was the oldest one.
      const slot = Number(after.attempts) % limits.webhookAttemptsKept;
      const Item = { ...webhookAttemptKey(convoId, webhookId, slot), ...attemptItem(attempt) };
      await client.send(new PutCommand({ TableName: conversationsTable, Item }));
      return toWebhook(after);
    },

    async attempts(convoId, webhookId) {
      const items = await inConversation(convoId, webhookAttemptPrefix(webhookId));
      return items.map(toAttempt).sort((a, b) => b.attemptedAt.localeCompare(a.attemptedAt));
    },
  };
}

const success = {
  UpdateExpression: 'SET failures = :none REMOVE failing_since ADD attempts :one',
  ExpressionAttributeValues: { ':none': 0, ':one': 1 },
};

function failure({ attemptedAt }: Attempt) {
  return {
    UpdateExpression:
      'SET failing_since = if_not_exists(failing_since, :at) ADD attempts :one, failures :one',
    ExpressionAttributeValues: { ':at': attemptedAt, ':one': 1 },
  };
}

function webhookItem(webhook: Webhook): Item {
  return {
    ...webhookKey(webhook.convoId, webhook.webhookId),
    webhook_id: webhook.webhookId,
    convo_id: webhook.convoId,
    url: webhook.url,
    events: webhook.events,
    created_by: webhook.createdBy,
    created_at: webhook.createdAt,
    state: webhook.state,
    failures: webhook.failures,
    failing_since: webhook.failingSince,
    sealed_secret: webhook.sealedSecret,
    attempts: 0,
  };
}

function toWebhook(item: Item): Webhook {
  return {
    webhookId: String(item.webhook_id),
    convoId: String(item.convo_id),
    url: String(item.url),
    events: item.events as WebhookEvent[],
    createdBy: String(item.created_by),
    createdAt: String(item.created_at),
    state: item.state === 'disabled' ? 'disabled' : 'enabled',
    failures: Number(item.failures),
    ...(typeof item.failing_since === 'string' && { failingSince: item.failing_since }),
    sealedSecret: String(item.sealed_secret),
  };
}

function attemptItem(attempt: Attempt): Item {
  return {
    delivery_id: attempt.deliveryId,
    attempted_at: attempt.attemptedAt,
    attempt: attempt.attempt,
    status: attempt.status,
    error: attempt.error,
    duration_ms: attempt.durationMs,
  };
}

function toAttempt(item: Item): Attempt {
  return {
    deliveryId: String(item.delivery_id),
    attemptedAt: String(item.attempted_at),
    attempt: Number(item.attempt),
    status: item.status as number | null,
    error: item.error as string | null,
    durationMs: Number(item.duration_ms),
  };
}
