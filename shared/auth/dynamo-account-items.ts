/** What the account store reads and writes of the Auth table and of profiles; each transaction of it is put together here. */
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { AppError } from '../errors.ts';
import { foldCase } from '../text.ts';
import { profileKey } from '../users/user-keys.ts';
import { credentialsKey, emailKey, gateKey, sessionKey } from './auth-keys.ts';

export interface AccountTables {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly usersTable: string;
  readonly backoff: Backoff;
}

export type Key = Readonly<Record<string, string>>;
type Item = Readonly<Record<string, unknown>>;

export interface StoredCredentials {
  readonly userId: string;
  readonly email: string;
  readonly passwordHash: string | undefined;
  readonly phone: string | undefined;
}

/** Who stands in the partition of an e-mail address. */
export interface EmailOwners {
  readonly holder?: { readonly userId: string; readonly verified: boolean };
  readonly claimant?: string;
}

export async function getItem(
  { client, authTable }: AccountTables,
  key: Key,
): Promise<Record<string, unknown> | undefined> {
  return (await client.send(new GetCommand({ TableName: authTable, Key: key, ConsistentRead: true }))).Item;
}

export async function getCredentials(
  tables: AccountTables,
  userId: string,
): Promise<StoredCredentials | undefined> {
  const item = await getItem(tables, credentialsKey(userId));
  return (
    item && {
      userId: String(item.user_id),
      email: String(item.email),
      passwordHash: item.password_hash as string | undefined,
      phone: item.phone as string | undefined,
    }
  );
}

/** Session id → expiry; undefined when there is no such account (any more). */
export async function getSessions(
  tables: AccountTables,
  userId: string,
): Promise<Readonly<Record<string, number>> | undefined> {
  return (await getItem(tables, gateKey(userId)))?.sessions as Record<string, number> | undefined;
}

export async function emailOwners({ client, authTable }: AccountTables, email: string): Promise<EmailOwners> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: authTable,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': emailKey(foldCase(email)).pk },
      ConsistentRead: true,
    }),
  );
  const holder = Items.find(({ sk }) => sk === 'EMAIL');
  const claim = Items.find(({ sk }) => sk === 'CLAIM');
  return {
    ...(holder && { holder: { userId: String(holder.user_id), verified: holder.verified === true } }),
    ...(claim && { claimant: String(claim.user_id) }),
  };
}

const attemptsMax = 5;
/** Others changed what a transaction was based on; it is to be put together anew. */
export const lookAgain = Symbol('look again');

/** Reads and writes until nobody changes in between what was read. Throws `unavailable` when that does not happen. */
export async function untilUndisturbed<T>(
  backoff: Backoff,
  attempt: () => Promise<T | typeof lookAgain>,
): Promise<T> {
  for (let number = 1; number <= attemptsMax; number += 1) {
    const outcome = await attempt();
    if (outcome !== lookAgain) return outcome;
    await backoff.wait(number);
  }
  throw new AppError('unavailable', 'Others are changing the same account');
}

export const put = (table: string, item: Item) => ({ Put: { TableName: table, Item: item } });

export function putIf(table: string, item: Item, condition: string, values?: Item) {
  return { Put: { ...put(table, item).Put, ...conditioned(condition, values) } };
}

export const putIfAbsent = (table: string, item: Item) => putIf(table, item, 'attribute_not_exists(pk)');

export const remove = (table: string, key: Key) => ({ Delete: { TableName: table, Key: key } });

/** Of rows that name an account: gone if it still is this one. */
export function removeIfOwned(table: string, key: Key, userId: string) {
  return { Delete: { TableName: table, Key: key, ...conditioned('user_id = :owner', { ':owner': userId }) } };
}

export function removeSessions(table: string, userId: string, sessionIds: readonly string[]) {
  return sessionIds.map((sessionId) => remove(table, sessionKey(userId, sessionId)));
}

/** Sets or, where the value is undefined, removes attributes of an item that is there, if they also are as given. */
export function change(
  table: string,
  key: Key,
  to: Item,
  from: Item = {},
  condition = 'attribute_exists(pk)',
) {
  const names = [...new Set([...Object.keys(to), ...Object.keys(from)])];
  const set = Object.keys(to).filter((name) => to[name] !== undefined);
  const removed = Object.keys(to).filter((name) => to[name] === undefined);
  const same = Object.keys(from).map((name) =>
    from[name] === undefined ? `attribute_not_exists(#${name})` : `#${name} = :old_${name}`,
  );
  const values = [
    ...set.map((name) => [`:new_${name}`, to[name]] as const),
    ...Object.keys(from).flatMap((name) =>
      from[name] === undefined ? [] : [[`:old_${name}`, from[name]] as const],
    ),
  ];
  return {
    Update: {
      TableName: table,
      Key: key,
      UpdateExpression: [
        set.length > 0 ? `SET ${set.map((name) => `#${name} = :new_${name}`).join(', ')}` : '',
        removed.length > 0 ? `REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : '',
      ].join(' '),
      ConditionExpression: [condition, ...same].join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    },
  };
}

/** An erased profile stays erased. */
export function changeProfile(table: string, userId: string, to: Item) {
  return change(
    table,
    profileKey(userId),
    to,
    {},
    'attribute_exists(pk) AND attribute_not_exists(deleted_at)',
  );
}

export function check(table: string, key: Key, condition: string, names?: Key, values?: Item) {
  return {
    ConditionCheck: {
      TableName: table,
      Key: key,
      ...conditioned(condition, values),
      ...(names && { ExpressionAttributeNames: names }),
    },
  };
}

function conditioned(condition: string, values?: Item) {
  return { ConditionExpression: condition, ...(values && { ExpressionAttributeValues: values }) };
}
