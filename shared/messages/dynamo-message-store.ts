import { type DynamoDBDocumentClient, GetCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Conversation } from '../conversations/conversation.ts';
import { lastMessageItem } from '../conversations/conversation-items.ts';
import { conversationKey, pinsKey } from '../conversations/conversation-keys.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import {
  type CancelReason,
  codes,
  hasCode,
  isTransient,
  type TransactItems,
  transactWrite,
} from '../dynamo-transaction.ts';
import { changePage } from './change-log.ts';
import {
  clientStreamsAfter,
  lastMessageAfter,
  newMessages,
  recentSendersAfter,
} from './conversation-tail.ts';
import type { Message } from './message.ts';
import {
  changeItem,
  dedupeItem,
  messageItem,
  threadItems,
  toFormerTexts,
  toLogEntry,
  toMessage,
  toStoredPlace,
  versionsItem,
} from './message-items.ts';
import {
  changeSortKey,
  changesEnd,
  dedupeKey,
  messageKey,
  messagePartition,
  messageSortKey,
  versionsKey,
} from './message-keys.ts';
import {
  type CommitOutcome,
  type Effects,
  type MessageStore,
  type NewEntry,
  noEffects,
  type StoredPlace,
} from './message-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly messagesTable: string;
}

type Action = TransactItems[number];

/**
 * Each commit is one action for the counters and two per message, two write units each while they stay below 1 KB. A
 * change has three: its dedupe row, its message and its row of the change log; an edit one more for the former text. A
 * message in a thread has five, for the change of its root and its row in the thread, and the first one of a thread six:
 * ten of them, which is all that a batch can be, stay well below the hundred that a transaction takes.
 */
export function dynamoMessageStore({ client, conversationsTable, messagesTable }: Deps): MessageStore {
  return {
    async commit(conversation, entries, effects = noEffects) {
      const dedupes = entries.map((entry) => putNew(messagesTable, dedupeItem(entry)));
      const actions = [
        advanceCounters(conversationsTable, conversation, entries, effects),
        ...dedupes,
        ...newMessages(entries).map((message) => putNew(messagesTable, messageItem(message))),
        ...newMessages(entries)
          .flatMap(threadItems)
          .map((item) => putNew(messagesTable, item)),
        ...changesOf(conversation.convoId, effects, messagesTable),
        ...pinsOf(conversation.convoId, effects, conversationsTable),
      ];
      try {
        const reasons = await transactWrite(client, actions);
        return reasons ? outcomeOf(reasons, dedupes.length) : { kind: 'committed' };
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

    async many(convoId, seqs) {
      const keys = [...new Set(seqs)].map((seq) => messageKey(convoId, seq));
      const items = await batchGet(client, messagesTable, keys, { consistent: true });
      return items.map(toMessage).sort((a, b) => a.seq - b.seq);
    },

    async versions(convoId, seq) {
      const Key = versionsKey(convoId, seq);
      const answer = await client.send(
        new GetCommand({ TableName: messagesTable, Key, ConsistentRead: true }),
      );
      return toFormerTexts(answer.Item);
    },

    async changedSince(convoId, rev, limit) {
      const answer = await client.send(
        new QueryCommand({
          TableName: messagesTable,
          KeyConditionExpression: 'pk = :conversation AND sk BETWEEN :from AND :end',
          ExpressionAttributeValues: {
            ':conversation': messagePartition(convoId),
            ':from': changeSortKey(rev + 1),
            ':end': changesEnd,
          },
          ConsistentRead: true,
          // One more says whether there is more.
          Limit: limit + 1,
        }),
      );
      return changePage((answer.Items ?? []).map(toLogEntry), rev, limit);
    },
  };
}

function putNew(table: string, item: Record<string, unknown>): Action {
  return {
    Put: {
      TableName: table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/** The lock: whoever wrote a message or a change of this conversation since, or moved its membership, is noticed. */
function advanceCounters(
  table: string,
  conversation: Conversation,
  entries: readonly NewEntry[],
  effects: Effects,
): Action {
  if (entries.length === 0) throw new Error('a commit needs at least one message or change');
  const { seq, rev, membersVersion } = conversation;
  const lastNew = newMessages(entries).at(-1);
  const last = lastMessageAfter(conversation, entries, effects);
  const after = {
    ...(lastNew && { seq: lastNew.seq }),
    ...(last && { last_message: lastMessageItem(last) }),
    // Lists, because a map of DynamoDB keeps no order, and the order says who was last.
    ...(lastNew && { senders: Object.entries(recentSendersAfter(conversation, entries)) }),
    streams: Object.entries(clientStreamsAfter(conversation, entries)),
    ...(effects.log.length > 0 && { rev: rev + effects.log.length }),
  };
  const sets = Object.keys(after).map((name) => `${name} = :${name}`);
  const values = Object.entries(after).map(([name, value]) => [`:${name}`, value]);
  const sameRev = rev > 0 ? 'rev = :known_rev' : 'attribute_not_exists(rev)';
  return {
    Update: {
      TableName: table,
      Key: conversationKey(conversation.convoId),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: `seq = :known AND members_version = :members AND ${sameRev}`,
      ExpressionAttributeValues: {
        ...Object.fromEntries(values),
        ':known': seq,
        ':members': membersVersion,
        ...(rev > 0 && { ':known_rev': rev }),
      },
    },
  };
}

/** Older messages need no condition but that they are there: the counters prove that nobody else changed them. */
function changesOf(convoId: string, { changed, log, formerTexts }: Effects, table: string): Action[] {
  const put = (item: Record<string, unknown>): Action => ({ Put: { TableName: table, Item: item } });
  return [
    ...changed.map(
      (message): Action => ({
        Put: {
          TableName: table,
          Item: messageItem(message),
          ConditionExpression: 'attribute_exists(pk)',
        },
      }),
    ),
    ...log.map((entry) => putNew(table, changeItem(convoId, entry))),
    ...[...formerTexts].map(
      ([seq, texts]): Action =>
        texts.length > 0
          ? put(versionsItem(convoId, seq, texts))
          : { Delete: { TableName: table, Key: versionsKey(convoId, seq) } },
    ),
  ];
}

function pinsOf(convoId: string, { pins }: Effects, table: string): Action[] {
  return pins ? [{ Put: { TableName: table, Item: { ...pinsKey(convoId), seqs: pins } } }] : [];
}

/** The order of the answers matters: what was stored before must be known before the counter is blamed. */
function outcomeOf(reasons: readonly CancelReason[], entryCount: number): CommitOutcome {
  const stored = new Map<number, StoredPlace>();
  for (const [index, reason] of reasons.slice(1, 1 + entryCount).entries()) {
    if (reason.code === 'ConditionalCheckFailed' && reason.item) {
      stored.set(index, toStoredPlace(reason.item));
    }
  }
  if (stored.size > 0) return { kind: 'duplicates', stored };
  if (hasCode(reasons, 'ConditionalCheckFailed')) return { kind: 'stale' };
  if (isTransient(reasons)) return { kind: 'transient', reason: codes(reasons) };
  return { kind: 'refused', reason: codes(reasons) };
}
