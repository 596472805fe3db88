import { type DynamoDBDocumentClient, GetCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import type { Conversation, LastMessage, Membership } from './conversation.ts';
import {
  conversationKey,
  membershipKey,
  membershipPrefix,
  pinsKey,
  rosterKey,
  rosterPrefix,
} from './conversation-keys.ts';
import type { ConversationStore } from './conversation-store.ts';
import { dynamoMarks, unreadMarkOf } from './dynamo-marks.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly backoff: Backoff;
}

/** TransactWriteItems takes at most 100 actions; the last transaction carries META as well. */
const rowsPerTransaction = 98;

export function dynamoConversationStore({ client, conversationsTable, backoff }: Deps): ConversationStore {
  const put = (item: Record<string, unknown>, condition?: string) => ({
    Put: { TableName: conversationsTable, Item: item, ...(condition && { ConditionExpression: condition }) },
  });
  const write = (items: TransactItems) => transactWriteWithRetry(client, items, backoff);

  return {
    async create(conversation, members) {
      const rows = members.flatMap((member) => [put(membershipItem(member)), put(rosterItem(member))]);
      // META comes last: until it is there, the conversation does not exist for anybody, whatever rows were written.
      while (rows.length > rowsPerTransaction) {
        const reasons = await write(rows.splice(0, rowsPerTransaction));
        if (reasons) throw new Error(`members could not be added: ${codes(reasons)}`);
      }
      const reasons = await write([put(conversationItem(conversation), 'attribute_not_exists(pk)'), ...rows]);
      if (!reasons) return 'created';
      if (hasCode(reasons, 'ConditionalCheckFailed')) return 'exists';
      throw new Error(`a conversation could not be created: ${codes(reasons)}`);
    },

    async get(convoId) {
      const answer = await client.send(
        new GetCommand({
          TableName: conversationsTable,
          Key: conversationKey(convoId),
          ConsistentRead: true,
        }),
      );
      return answer.Item && toConversation(answer.Item);
    },

    async getMany(convoIds) {
      const keys = [...new Set(convoIds)].map(conversationKey);
      return (await batchGet(client, conversationsTable, keys, { consistent: true })).map(toConversation);
    },

    async membership(userId, convoId, { consistent = false } = {}) {
      // The cheap read answers nearly always; a miss may only mean that the membership is a moment old.
      for (const ConsistentRead of consistent ? [true] : [false, true]) {
        const answer = await client.send(
          new GetCommand({
            TableName: conversationsTable,
            Key: membershipKey(userId, convoId),
            ConsistentRead,
          }),
        );
        if (answer.Item) return toMembership(answer.Item);
      }
      return undefined;
    },

    async memberships(userId, { limit, after }) {
      const answer = await client.send(
        new QueryCommand({
          TableName: conversationsTable,
          KeyConditionExpression: 'pk = :user AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':user': `USER#${userId}`, ':prefix': membershipPrefix },
          ConsistentRead: true,
          Limit: limit,
          ...(after && { ExclusiveStartKey: membershipKey(userId, after) }),
        }),
      );
      const memberships = (answer.Items ?? []).map(toMembership);
      return { memberships, next: answer.LastEvaluatedKey && memberships.at(-1)?.convoId };
    },

    async roster(convoId) {
      const pages = paginateQuery(
        { client },
        {
          TableName: conversationsTable,
          KeyConditionExpression: 'pk = :conversation AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':conversation': `CONV#${convoId}`, ':prefix': rosterPrefix },
          ProjectionExpression: 'user_id',
          ConsistentRead: true,
        },
      );
      const userIds: string[] = [];
      for await (const page of pages) userIds.push(...(page.Items ?? []).map((item) => String(item.user_id)));
      return userIds;
    },

    async pins(convoId) {
      const answer = await client.send(
        new GetCommand({ TableName: conversationsTable, Key: pinsKey(convoId), ConsistentRead: true }),
      );
      return (answer.Item?.seqs as number[] | undefined) ?? [];
    },

    async membershipsIn(convoId, userIds) {
      const keys = [...new Set(userIds)].map((userId) => membershipKey(userId, convoId));
      return (await batchGet(client, conversationsTable, keys, { consistent: true })).map(toMembership);
    },

    ...dynamoMarks({ client, conversationsTable }),
  };
}

function conversationItem(conversation: Conversation) {
  return {
    ...conversationKey(conversation.convoId),
    convo_id: conversation.convoId,
    type: conversation.type,
    title: conversation.title,
    created_at: conversation.createdAt,
    seq: conversation.seq,
    ...(conversation.rev > 0 && { rev: conversation.rev }),
    members_version: conversation.membersVersion,
    member_count: conversation.memberCount,
    shown_members: conversation.shownMembers,
    senders: Object.entries(conversation.recentSenders),
    streams: Object.entries(conversation.clientStreams),
    last_message: conversation.lastMessage && lastMessageItem(conversation.lastMessage),
  };
}

export function lastMessageItem(message: LastMessage) {
  return {
    seq: message.seq,
    sender_id: message.senderId,
    preview: message.preview,
    created_at: message.createdAt,
  };
}

function toConversation(item: Record<string, unknown>): Conversation {
  const last = item.last_message as ReturnType<typeof lastMessageItem> | null;
  return {
    convoId: String(item.convo_id),
    type: item.type as Conversation['type'],
    title: item.title as string | null,
    createdAt: String(item.created_at),
    seq: Number(item.seq),
    rev: Number(item.rev ?? 0),
    membersVersion: Number(item.members_version),
    memberCount: Number(item.member_count),
    shownMembers: item.shown_members as string[],
    recentSenders: Object.fromEntries(item.senders as [string, number][]),
    clientStreams: Object.fromEntries(item.streams as [string, number][]),
    lastMessage: last && {
      seq: last.seq,
      senderId: last.sender_id,
      preview: last.preview,
      createdAt: last.created_at,
    },
  };
}

function rosterItem(member: Membership) {
  return { ...rosterKey(member.convoId, member.userId), user_id: member.userId };
}

function membershipItem(member: Membership) {
  return {
    ...membershipKey(member.userId, member.convoId),
    convo_id: member.convoId,
    user_id: member.userId,
    role: member.role,
    read_seq: member.readSeq,
  };
}

function toMembership(item: Record<string, unknown>): Membership {
  const unreadMark = unreadMarkOf(item);
  return {
    convoId: String(item.convo_id),
    userId: String(item.user_id),
    role: item.role as Membership['role'],
    readSeq: Number(item.read_seq),
    ...(item.delivered_seq !== undefined && { deliveredSeq: Number(item.delivered_seq) }),
    ...(unreadMark && { unreadMark }),
  };
}
