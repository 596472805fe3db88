import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { Conversation } from '../conversations/conversation.ts';
import { conversationKey } from '../conversations/conversation-keys.ts';
import { lastMessageItem } from '../conversations/dynamo-conversation-store.ts';
import { type CancelReason, codes, hasCode, isTransient, transactWrite } from '../dynamo-transaction.ts';
import { limits } from '../limits.ts';
import { truncate } from '../text.ts';
import { clientStreamsAfter, recentSendersAfter } from './conversation-tail.ts';
import type { Message } from './message.ts';
import { dedupeKey, messageKey, messagePartition, messageSortKey } from './message-keys.ts';
import type { CommitOutcome, MessageStore, NewMessage, StoredPlace } from './message-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly messagesTable: string;
}

/** Each commit is 1 + 2 actions per message, 2 write units each while they stay below 1 KB. */
export function dynamoMessageStore({ client, conversationsTable, messagesTable }: Deps): MessageStore {
  return {
    async commit(conversation, messages) {
      const putNew = (item: Record<string, unknown>) => ({
        Put: {
          TableName: messagesTable,
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
        },
      });
      const actions = [
        advanceCounter(conversationsTable, conversation, messages),
        ...messages.flatMap((entry) => [putNew(dedupeItem(entry)), putNew(messageItem(entry.message))]),
      ];
      try {
        const reasons = await transactWrite(client, actions);
        return reasons ? outcomeOf(reasons) : { kind: 'committed' };
      } catch (error) {
        // A time-out may hide a success: the next look finds the dedupe rows, and knows them as its own.
        return { kind: 'transient', reason: error instanceof Error ? error.name : 'unknown' };
      }
    },

    async find(convoId, senderId, clientMsgId) {
      const Key = dedupeKey(convoId, senderId, clientMsgId);
      const answer = await client.send(
        new GetCommand({ TableName: messagesTable, Key, ConsistentRead: true }),
      );
      return answer.Item && toStoredPlace(answer.Item);
    },

    async range(convoId, from, to) {
      const pages = paginateQuery(
        { client },
        {
          TableName: messagesTable,
          KeyConditionExpression: 'pk = :conversation AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':conversation': messagePartition(convoId),
            ':from': messageSortKey(from),
            ':to': messageSortKey(to),
          },
          ConsistentRead: true,
        },
      );
      const messages: Message[] = [];
      for await (const page of pages) messages.push(...(page.Items ?? []).map(toMessage));
      return messages;
    },
  };
}

function advanceCounter(table: string, conversation: Conversation, messages: readonly NewMessage[]) {
  const last = messages.at(-1)?.message;
  if (!last) throw new Error('a commit needs at least one message');
  return {
    Update: {
      TableName: table,
      Key: conversationKey(conversation.convoId),
      UpdateExpression: 'SET seq = :next, last_message = :last, senders = :senders, streams = :streams',
      ConditionExpression: 'seq = :known AND members_version = :members',
      ExpressionAttributeValues: {
        ':known': conversation.seq,
        ':next': last.seq,
        ':members': conversation.membersVersion,
        ':last': lastMessageItem({
          seq: last.seq,
          senderId: last.senderId,
          preview: truncate(last.content, limits.lastMessagePreviewChars),
          createdAt: last.createdAt,
        }),
        // Lists, because a map of DynamoDB keeps no order, and the order says who was last.
        ':senders': Object.entries(recentSendersAfter(conversation, messages)),
        ':streams': Object.entries(clientStreamsAfter(conversation, messages)),
      },
    },
  };
}

/** The order of the answers matters: what was stored before must be known before the counter is blamed. */
function outcomeOf(reasons: readonly CancelReason[]): CommitOutcome {
  const stored = new Map<number, StoredPlace>();
  for (const [index, reason] of reasons.entries()) {
    const isDedupeRow = index > 0 && index % 2 === 1;
    if (isDedupeRow && reason.code === 'ConditionalCheckFailed' && reason.item) {
      stored.set((index - 1) / 2, toStoredPlace(reason.item));
    }
  }
  if (stored.size > 0) return { kind: 'duplicates', stored };
  if (hasCode(reasons, 'ConditionalCheckFailed')) return { kind: 'stale' };
  if (isTransient(reasons)) return { kind: 'transient', reason: codes(reasons) };
  return { kind: 'refused', reason: codes(reasons) };
}

function messageItem(message: Message) {
  return {
    ...messageKey(message.convoId, message.seq),
    convo_id: message.convoId,
    seq: message.seq,
    server_msg_id: message.serverMsgId,
    sender_id: message.senderId,
    client_msg_id: message.clientMsgId,
    content: message.content,
    created_at: message.createdAt,
  };
}

function toMessage(item: Record<string, unknown>): Message {
  return {
    convoId: String(item.convo_id),
    seq: Number(item.seq),
    serverMsgId: String(item.server_msg_id),
    senderId: String(item.sender_id),
    clientMsgId: String(item.client_msg_id),
    content: String(item.content),
    createdAt: String(item.created_at),
  };
}

function dedupeItem({ message, bodyHash, queueMessageId }: NewMessage) {
  return {
    ...dedupeKey(message.convoId, message.senderId, message.clientMsgId),
    convo_id: message.convoId,
    client_msg_id: message.clientMsgId,
    seq: message.seq,
    server_msg_id: message.serverMsgId,
    created_at: message.createdAt,
    body_hash: bodyHash,
    queue_message_id: queueMessageId,
  };
}

function toStoredPlace(item: Record<string, unknown>): StoredPlace {
  return {
    convoId: String(item.convo_id),
    clientMsgId: String(item.client_msg_id),
    seq: Number(item.seq),
    serverMsgId: String(item.server_msg_id),
    createdAt: String(item.created_at),
    bodyHash: String(item.body_hash),
    queueMessageId: String(item.queue_message_id),
  };
}
