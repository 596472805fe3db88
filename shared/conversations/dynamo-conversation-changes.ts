import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import {
  type CancelReason,
  codes,
  hasCode,
  isTransient,
  type TransactItems,
  transactWrite,
} from '../dynamo-transaction.ts';
import { closedInvite, entranceActions } from '../invites/entrance-items.ts';
import type { Message } from '../messages/message.ts';
import { messageItem } from '../messages/message-items.ts';
import { messageKey } from '../messages/message-keys.ts';
import { roomActions } from '../rooms/room-items.ts';
import type { Conversation, Details, Leaving } from './conversation.ts';
import type { Ban, ChangeOutcome, ConversationChange, ConversationChanges } from './conversation-changes.ts';
import {
  changeableAttributes,
  detailsItem,
  lastMessageItem,
  membershipItem,
  rosterItem,
} from './conversation-items.ts';
import {
  banKey,
  banPrefix,
  conversationKey,
  detailsKey,
  membershipKey,
  rosterKey,
} from './conversation-keys.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly messagesTable: string;
}

type Action = TransactItems[number];
type Item = Record<string, unknown>;

/**
 * What a change costs, two write units for each item below 1 KB, present or not: the counters, and the line if there is one;
 * two items for everybody who comes, goes or gets another role, two more for the invitation that ends when somebody comes in
 * or is banned; one for topic and avatar, for a ban, for a link that is used. A new title is 4 units, leaving and a new role
 * 8, coming in 12, a removal with a ban 14.
 */
export function dynamoConversationChanges({
  client,
  conversationsTable,
  messagesTable,
}: Deps): ConversationChanges {
  const get = async (TableName: string, Key: Item) =>
    (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;

  /** A time-out may hide a success; only we can have written a line with this id. */
  const stands = async ({ convoId, seq, serverMsgId }: Message) =>
    (await get(messagesTable, messageKey(convoId, seq)))?.server_msg_id === serverMsgId;

  return {
    async change(before, change) {
      const entrance = change.entrance
        ? entranceActions(conversationsTable, change.entrance, before.convoId)
        : [];
      const actions = [
        advance(conversationsTable, before, change),
        ...entrance,
        ...(change.line ? [putLine(messagesTable, change.line)] : []),
        ...membershipsOf(conversationsTable, change),
        ...extrasOf(conversationsTable, change),
        ...invitesOf(conversationsTable, change),
        ...roomActions(conversationsTable, before, change.after),
      ];
      let reasons: CancelReason[] | undefined;
      try {
        reasons = await transactWrite(client, actions);
      } catch (error) {
        if (isForGood(error)) throw error;
        // It may still come to stand: whoever looks again under the same lock finds out.
        return change.line && (await stands(change.line)) ? 'changed' : 'stale';
      }
      return reasons ? outcomeOf(reasons, entrance.length) : 'changed';
    },

    async ban(convoId, userId) {
      const item = await get(conversationsTable, banKey(convoId, userId));
      return item && toBan(item);
    },

    async bans(convoId) {
      const pages = paginateQuery(
        { client },
        {
          TableName: conversationsTable,
          KeyConditionExpression: 'pk = :conversation AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':conversation': conversationKey(convoId).pk, ':prefix': banPrefix },
          ConsistentRead: true,
        },
      );
      const bans: Ban[] = [];
      for await (const page of pages) bans.push(...(page.Items ?? []).map(toBan));
      return bans;
    },
  };
}

/** The lock, the same as that of the processor: whoever wrote a message, a change or the membership since is noticed. */
function advance(table: string, before: Conversation, { after, line }: ConversationChange): Action {
  const attributes: Item = {
    ...changeableAttributes(after),
    ...(line && {
      seq: after.seq,
      last_message: after.lastMessage && lastMessageItem(after.lastMessage),
      senders: Object.entries(after.recentSenders),
    }),
  };
  const names = Object.keys(attributes);
  const set = names.filter((name) => attributes[name] !== undefined);
  const removed = names.filter((name) => attributes[name] === undefined);
  const { seq, rev, membersVersion } = before;
  const sameRev = rev > 0 ? 'rev = :known_rev' : 'attribute_not_exists(rev)';
  return {
    Update: {
      TableName: table,
      Key: conversationKey(before.convoId),
      UpdateExpression: [
        `SET ${set.map((name) => `#${name} = :${name}`).join(', ')}`,
        ...(removed.length > 0 ? [`REMOVE ${removed.map((name) => `#${name}`).join(', ')}`] : []),
      ].join(' '),
      ConditionExpression: `seq = :known AND members_version = :members AND ${sameRev}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(set.map((name) => [`:${name}`, attributes[name]])),
        ':known': seq,
        ':members': membersVersion,
        ...(rev > 0 && { ':known_rev': rev }),
      },
    },
  };
}

function putLine(table: string, line: Message): Action {
  return {
    Put: { TableName: table, Item: messageItem(line), ConditionExpression: 'attribute_not_exists(pk)' },
  };
}

/** Nothing here needs a condition of its own: the lock proves that the roster is as it was read. */
function membershipsOf(
  table: string,
  { after: { convoId }, joined = [], roles = [], left = [] }: ConversationChange,
): Action[] {
  return [
    ...joined.flatMap((member) => [put(table, membershipItem(member)), put(table, rosterItem(member))]),
    ...roles.flatMap(({ userId, role }) => [
      setAttribute(table, membershipKey(userId, convoId), 'role', role),
      setAttribute(table, rosterKey(convoId, userId), 'role', role),
    ]),
    ...left.flatMap(({ userId, leaving }) => [
      setAttribute(table, membershipKey(userId, convoId), 'left', leaving satisfies Leaving),
      remove(table, rosterKey(convoId, userId)),
    ]),
  ];
}

function extrasOf(
  table: string,
  { after: { convoId }, details, banned, unbanned }: ConversationChange,
): Action[] {
  return [
    ...(details ? [putOrRemoveDetails(table, convoId, details)] : []),
    ...(banned ? [put(table, banItem(convoId, banned))] : []),
    ...(unbanned === undefined ? [] : [remove(table, banKey(convoId, unbanned))]),
  ];
}

/** Who is in, or may not come in, is not invited any more. */
function invitesOf(
  table: string,
  { after: { convoId }, joined = [], banned, entrance }: ConversationChange,
): Action[] {
  const usedUp = entrance?.kind === 'invite' ? entrance.userId : undefined;
  return [...joined, ...(banned ? [banned] : [])]
    .filter(({ userId }) => userId !== usedUp)
    .flatMap(({ userId }) => closedInvite(table, convoId, userId));
}

function putOrRemoveDetails(table: string, convoId: string, details: Details): Action {
  const item = detailsItem(convoId, details);
  return item ? put(table, item) : remove(table, detailsKey(convoId));
}

function put(table: string, item: Item): Action {
  return { Put: { TableName: table, Item: item } };
}

function remove(table: string, key: Item): Action {
  return { Delete: { TableName: table, Key: key } };
}

/** Of a row that is there; marks beside it may move at the same time. */
function setAttribute(table: string, key: Item, name: string, value: unknown): Action {
  return {
    Update: {
      TableName: table,
      Key: key,
      UpdateExpression: 'SET #name = :value',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    },
  };
}

function banItem(convoId: string, { userId, bannedBy, createdAt, until, reason }: Ban): Item {
  return {
    ...banKey(convoId, userId),
    user_id: userId,
    banned_by: bannedBy,
    created_at: createdAt,
    until,
    reason,
  };
}

function toBan(item: Item): Ban {
  return {
    userId: String(item.user_id),
    bannedBy: String(item.banned_by),
    createdAt: String(item.created_at),
    ...(typeof item.until === 'string' && { until: item.until }),
    ...(typeof item.reason === 'string' && { reason: item.reason }),
  };
}

/** The same again would fail again: a fault of ours, not of the moment. */
function isForGood(error: unknown): boolean {
  const names = ['ValidationException', 'AccessDeniedException', 'ResourceNotFoundException'];
  return error instanceof Error && names.includes(error.name);
}

/** The lock is asked first: an entrance that we used up ourselves, unheard, must not count against us. */
function outcomeOf(reasons: readonly CancelReason[], entrances: number): ChangeOutcome {
  if (reasons[0]?.code === 'ConditionalCheckFailed') return 'stale';
  if (hasCode(reasons.slice(1, 1 + entrances), 'ConditionalCheckFailed')) return 'used_up';
  if (hasCode(reasons, 'ConditionalCheckFailed') || isTransient(reasons)) return 'stale';
  throw new Error(`a conversation could not be changed: ${codes(reasons)}`);
}
