/** The marks in a membership: how far somebody has read and received. Each frame costs one write of one small item. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { unmarshallItem } from '../dynamo-transaction.ts';
import { isResumedBy, type UnreadMark } from './conversation.ts';
import { membershipKey } from './conversation-keys.ts';
import type { ConversationStore } from './conversation-store.ts';

type Marks = Pick<ConversationStore, 'advanceReadSeq' | 'advanceDeliveredSeq' | 'putUnreadMark' | 'mute'>;
type Change = Omit<UpdateCommandInput, 'TableName' | 'Key'>;

export function dynamoMarks({
  client,
  conversationsTable,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
}): Marks {
  const update = (userId: string, convoId: string, change: Change) =>
    client.send(
      new UpdateCommand({ TableName: conversationsTable, Key: membershipKey(userId, convoId), ...change }),
    );

  return {
    async advanceReadSeq(userId, convoId, mark) {
      try {
        await update(userId, convoId, readOn(mark.seq));
        return 'advanced';
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // What stands there comes with the refusal, so that only a mark that was put back costs a second write.
        const unread = error.Item && unreadMarkOf(unmarshallItem(error.Item));
        if (!unread || !isResumedBy(unread, mark)) return 'unchanged';
      }
      const resumed = await unlessConditionFails(update(userId, convoId, resume(mark)));
      return resumed ? 'resumed' : 'unchanged';
    },

    advanceDeliveredSeq: (userId, convoId, seq) =>
      unlessConditionFails(update(userId, convoId, deliveredUpTo(seq))),

    putUnreadMark: (userId, convoId, mark) => unlessConditionFails(update(userId, convoId, putBack(mark))),

    mute: (userId, convoId, until) => unlessConditionFails(update(userId, convoId, mutedUntil(until))),
  };
}

export function unreadMarkOf(item: Record<string, unknown>): UnreadMark | undefined {
  if (item.unread_seq === undefined) return undefined;
  return { seq: Number(item.unread_seq), atMs: Number(item.unread_at_ms) };
}

function readOn(seq: number): Change {
  return {
    UpdateExpression: 'SET read_seq = :seq REMOVE unread_seq, unread_at_ms',
    ConditionExpression: 'read_seq < :seq',
    ExpressionAttributeValues: { ':seq': seq },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function resume({ seq, atMs }: UnreadMark): Change {
  return {
    UpdateExpression: 'REMOVE unread_seq, unread_at_ms',
    ConditionExpression: 'unread_seq < :seq AND unread_at_ms <= :at',
    ExpressionAttributeValues: { ':seq': seq, ':at': atMs },
  };
}

function deliveredUpTo(seq: number): Change {
  return {
    UpdateExpression: 'SET delivered_seq = :seq',
    ConditionExpression:
      'attribute_exists(pk) AND (attribute_not_exists(delivered_seq) OR delivered_seq < :seq)',
    ExpressionAttributeValues: { ':seq': seq },
  };
}

function putBack({ seq, atMs }: UnreadMark): Change {
  return {
    UpdateExpression: 'SET unread_seq = :seq, unread_at_ms = :at',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(unread_seq) OR unread_seq > :seq)',
    ExpressionAttributeValues: { ':seq': seq, ':at': atMs },
  };
}

function mutedUntil(until: string | undefined): Change {
  return {
    UpdateExpression: until === undefined ? 'REMOVE muted_until' : 'SET muted_until = :until',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#left)',
    ExpressionAttributeNames: { '#left': 'left' },
    ...(until !== undefined && { ExpressionAttributeValues: { ':until': until } }),
  };
}
