import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Backoff, jitteredBackoff } from '../backoff.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { foldCase } from '../text.ts';
import { type Person, type PrivacyAspect, tombstone, type UserProfile } from './user.ts';
import { handleKey, profileKey, searchTermItems, termPartition } from './user-keys.ts';
import type { UserStore } from './user-store.ts';

type Item = Record<string, unknown>;

export function dynamoUserStore(
  client: DynamoDBDocumentClient,
  usersTable: string,
  backoff: Backoff = jitteredBackoff,
): UserStore {
  const write = (items: TransactItems) => transactWriteWithRetry(client, items, backoff);
  const put = (item: Item) => ({ Put: { TableName: usersTable, Item: item } });
  const remove = ({ pk, sk }: Item) => ({ Delete: { TableName: usersTable, Key: { pk, sk } } });

  return {
    async get(userId) {
      const answer = await client.send(
        new GetCommand({ TableName: usersTable, Key: profileKey(userId), ConsistentRead: true }),
      );
      return answer.Item && fromItem(answer.Item);
    },

    async getMany(userIds) {
      const items = await batchGet(client, usersTable, [...new Set(userIds)].map(profileKey));
      return items.map(fromItem);
    },

    async findByPrefix(prefix, limit) {
      const answer = await client.send(
        new QueryCommand({
          TableName: usersTable,
          KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':partition': termPartition(prefix), ':prefix': prefix },
          // A person stands under several terms; twice the limit leaves enough after the doubles are gone.
          Limit: limit * 2,
        }),
      );
      const people = (answer.Items ?? []).map(toPerson);
      return [...new Map(people.map((person) => [person.userId, person])).values()].slice(0, limit);
    },

    async update(from, to) {
      const handleMoves = foldCase(from.handle) !== foldCase(to.handle);
      const reservation = put({ ...handleKey(to.handle), user_id: to.userId });
      const terms = termChanges(from, to);
      const reasons = await write([
        { Update: { TableName: usersTable, ...profileUpdate(from, to) } },
        ...(handleMoves ? [absentOrOwn(reservation, to.userId), remove(handleKey(from.handle))] : []),
        ...terms.gone.map(remove),
        ...terms.present.map(put),
      ]);
      if (!reasons) return 'updated';
      if (reasons[0]?.code === 'ConditionalCheckFailed') return 'stale';
      if (handleMoves && reasons[1]?.code === 'ConditionalCheckFailed') return 'handle_taken';
      throw new Error(`a profile could not be changed: ${codes(reasons)}`);
    },

    async erase(profile, deletedAt) {
      const stone = { ...profileKey(profile.userId), user_id: profile.userId, deleted_at: deletedAt };
      const reasons = await write([
        { Put: { TableName: usersTable, Item: stone, ...unchanged(profile, [...named, 'email', 'phone']) } },
        ...searchTermItems(profile).map(remove),
      ]);
      if (!reasons) return true;
      if (hasCode(reasons, 'ConditionalCheckFailed')) return false;
      throw new Error(`a profile could not be erased: ${codes(reasons)}`);
    },
  };
}

/** What people change themselves; addresses change by proof only. */
const editable = ['handle', 'displayName', 'avatar', 'locale', 'timeZone', 'hides'] as const;
/** What search terms are made of: whoever changes them must know what stood there. */
const named = ['handle', 'displayName', 'avatar'] as const;

const attributes = {
  handle: 'handle',
  displayName: 'display_name',
  avatar: 'avatar',
  locale: 'locale',
  timeZone: 'time_zone',
  hides: 'hides',
  email: 'email',
  phone: 'phone',
} as const satisfies Partial<Record<keyof UserProfile, string>>;
type Field = keyof typeof attributes;

function profileUpdate(from: UserProfile, to: UserProfile) {
  const changed = editable.filter((field) => from[field] !== to[field]);
  const set = changed.filter((field) => to[field] !== undefined);
  const removed = changed.filter((field) => to[field] === undefined);
  // One list for several settings: who changes one of them must know the others.
  const condition = unchanged(from, changed.includes('hides') ? [...named, 'hides'] : named);
  return {
    Key: profileKey(from.userId),
    UpdateExpression: [
      set.length > 0 ? `SET ${set.map((field) => `#${field} = :new_${field}`).join(', ')}` : '',
      removed.length > 0 ? `REMOVE ${removed.map((field) => `#${field}`).join(', ')}` : '',
    ].join(' '),
    ConditionExpression: condition.ConditionExpression,
    ExpressionAttributeNames: { ...condition.ExpressionAttributeNames, ...namesOf(changed) },
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ...Object.fromEntries(set.map((field) => [`:new_${field}`, to[field]])),
    },
  };
}

/** The profile is there, is not erased, and these fields are as they were read. */
function unchanged(profile: UserProfile, fields: readonly Field[]) {
  const present = fields.filter((field) => profile[field] !== undefined);
  const same = fields.map((field) =>
    profile[field] === undefined ? `attribute_not_exists(#${field})` : `#${field} = :old_${field}`,
  );
  return {
    ConditionExpression: ['attribute_exists(pk)', 'attribute_not_exists(deleted_at)', ...same].join(' AND '),
    ExpressionAttributeNames: namesOf(fields),
    ExpressionAttributeValues: Object.fromEntries(present.map((field) => [`:old_${field}`, profile[field]])),
  };
}

function namesOf(fields: readonly Field[]) {
  return Object.fromEntries(fields.map((field) => [`#${field}`, attributes[field]]));
}

/** Terms that both have are written once: a transaction takes one action per item. */
function termChanges(from: UserProfile, to: UserProfile) {
  if (named.every((field) => from[field] === to[field])) return { gone: [], present: [] };
  const present = searchTermItems(to);
  const kept = new Set(present.map(({ sk }) => sk));
  return { gone: searchTermItems(from).filter(({ sk }) => !kept.has(sk)), present };
}

function absentOrOwn(action: { Put: { TableName: string; Item: Item } }, userId: string) {
  return {
    Put: {
      ...action.Put,
      ConditionExpression: 'attribute_not_exists(pk) OR user_id = :owner',
      ExpressionAttributeValues: { ':owner': userId },
    },
  };
}

function toPerson(item: Item): Person {
  const avatar = optionalText(item.avatar);
  const botOf = optionalText(item.bot_of);
  return {
    userId: String(item.user_id),
    handle: String(item.handle),
    displayName: String(item.display_name),
    ...(avatar !== undefined && { avatar }),
    ...(botOf !== undefined && { botOf }),
  };
}

function fromItem(item: Item): UserProfile {
  const deletedAt = optionalText(item.deleted_at);
  if (deletedAt !== undefined) return tombstone(String(item.user_id), deletedAt);
  const phone = optionalText(item.phone);
  const locale = optionalText(item.locale);
  const timeZone = optionalText(item.time_zone);
  const hidden = Array.isArray(item.hides) ? (item.hides as PrivacyAspect[]) : [];
  return {
    ...toPerson(item),
    email: String(item.email),
    emailVerified: item.email_verified === true,
    ...(phone !== undefined && { phone }),
    ...(locale !== undefined && { locale }),
    ...(timeZone !== undefined && { timeZone }),
    ...(hidden.length > 0 && { hides: hidden }),
    createdAt: String(item.created_at),
  };
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
