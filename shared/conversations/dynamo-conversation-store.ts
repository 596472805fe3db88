import { type DynamoDBDocumentClient, GetCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { roomActions } from '../rooms/room-items.ts';
import type { RosterEntry } from './conversation.ts';
import {
  conversationItem,
  detailsItem,
  membershipItem,
  rosterItem,
  toConversation,
  toDetails,
  toMembership,
  toRosterEntry,
} from './conversation-items.ts';
import {
  conversationKey,
  detailsKey,
  membershipKey,
  membershipPrefix,
  pinsKey,
  rosterKey,
  rosterPrefix,
} from './conversation-keys.ts';
import type { ConversationStore } from './conversation-store.ts';
import { dynamoMarks } from './dynamo-marks.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly backoff: Backoff;
}

/** TransactWriteItems takes at most 100 actions; the last one carries META, DETAILS and nine rows of the directory, too. */
const rowsPerTransaction = 88;

export function dynamoConversationStore({ client, conversationsTable, backoff }: Deps): ConversationStore {
  const put = (item: Record<string, unknown>, condition?: string) => ({
    Put: { TableName: conversationsTable, Item: item, ...(condition && { ConditionExpression: condition }) },
  });
  const write = (items: TransactItems) => transactWriteWithRetry(client, items, backoff);

  const getStanding = async (userId: string, convoId: string, ConsistentRead: boolean) => {
    const answer = await client.send(
      new GetCommand({ TableName: conversationsTable, Key: membershipKey(userId, convoId), ConsistentRead }),
    );
    return answer.Item && toMembership(answer.Item);
  };

  const standings: ConversationStore['standings'] = async (userId, { limit, after }) => {
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
  };

  const rosterQuery = (convoId: string) => ({
    TableName: conversationsTable,
    KeyConditionExpression: 'pk = :conversation AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':conversation': `CONV#${convoId}`, ':prefix': rosterPrefix },
    ProjectionExpression: 'user_id, #role, from_seq',
    ExpressionAttributeNames: { '#role': 'role' },
    ConsistentRead: true,
  });

  return {
    async create(conversation, members, details = {}) {
      const rows = members.flatMap((member) => [put(membershipItem(member)), put(rosterItem(member))]);
      // META comes last: until it is there, the conversation does not exist for anybody, whatever rows were written.
      while (rows.length > rowsPerTransaction) {
        const reasons = await write(rows.splice(0, rowsPerTransaction));
        if (reasons) throw new Error(`members could not be added: ${codes(reasons)}`);
      }
      const extra = detailsItem(conversation.convoId, details);
      const whole = [put(conversationItem(conversation), 'attribute_not_exists(pk)'), ...rows];
      const listed = roomActions(conversationsTable, undefined, conversation);
      const reasons = await write([...whole, ...(extra ? [put(extra)] : []), ...listed]);
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

    async details(convoIds) {
      const items = await batchGet(client, conversationsTable, convoIds.map(detailsKey), {
        consistent: true,
      });
      return new Map(items.map((item) => [String(item.convo_id), toDetails(item)]));
    },

    async membership(userId, convoId, { consistent = false } = {}) {
      // The cheap read answers nearly always; a miss may only mean that the membership is a moment old.
      for (const ConsistentRead of consistent ? [true] : [false, true]) {
        const membership = await getStanding(userId, convoId, ConsistentRead);
        if (membership && !membership.left) return membership;
      }
      return undefined;
    },

    standing: (userId, convoId) => getStanding(userId, convoId, true),

    standings,

    async roster(convoId) {
      const pages = paginateQuery({ client }, rosterQuery(convoId));
      const members: RosterEntry[] = [];
      for await (const page of pages) members.push(...(page.Items ?? []).map(toRosterEntry));
      return members;
    },

    async rosterPage(convoId, { limit, after }) {
      const query = { ...rosterQuery(convoId), Limit: limit };
      const answer = await client.send(
        new QueryCommand({ ...query, ...(after && { ExclusiveStartKey: rosterKey(convoId, after) }) }),
      );
      const members = (answer.Items ?? []).map(toRosterEntry);
      return { members, next: answer.LastEvaluatedKey && members.at(-1)?.userId };
    },

    async pins(convoId) {
      const answer = await client.send(
        new GetCommand({ TableName: conversationsTable, Key: pinsKey(convoId), ConsistentRead: true }),
      );
      return (answer.Item?.seqs as number[] | undefined) ?? [];
    },

    async membershipsIn(convoId, userIds) {
      const keys = [...new Set(userIds)].map((userId) => membershipKey(userId, convoId));
      const items = await batchGet(client, conversationsTable, keys, { consistent: true });
      return items.map(toMembership).filter(({ left }) => !left);
    },

    ...dynamoMarks({ client, conversationsTable }),
  };
}
