import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { foldCase } from '../text.ts';
import type { Identity } from './access-token.ts';
import { credentialsKey, emailClaimKey, emailKey, gateKey, phoneKey } from './auth-keys.ts';
import {
  type AccountTables,
  change,
  changeProfile,
  check,
  type EmailOwners,
  emailOwners,
  getCredentials,
  getItem,
  lookAgain,
  put,
  putIf,
  putIfAbsent,
  removeIfOwned,
  type StoredCredentials,
} from './dynamo-account-items.ts';

type Outcome = boolean | typeof lookAgain;

/** One try of AccountStore.verify for an e-mail address. */
export async function verifyEmail(
  tables: AccountTables,
  identity: Identity,
  email: string,
): Promise<Outcome> {
  const { userId } = identity;
  const credentials = await getCredentials(tables, userId);
  if (!credentials) return false;
  const owners = await emailOwners(tables, email);
  if (owners.holder?.verified && owners.holder.userId !== userId) return false;
  const isMove = foldCase(credentials.email) !== foldCase(email);
  const former = isMove ? await emailOwners(tables, credentials.email) : {};
  return await write(tables, identity, [
    change(tables.authTable, credentialsKey(userId), { email }, { email: credentials.email }),
    changeProfile(tables.usersTable, userId, { email, email_verified: true }),
    ...takeEmail(tables.authTable, userId, foldCase(email), owners),
    ...giveUpEmail(tables.authTable, userId, foldCase(credentials.email), former),
  ]);
}

/** One try of AccountStore.verify for a phone number. */
export async function verifyPhone(
  tables: AccountTables,
  identity: Identity,
  phone: string,
): Promise<Outcome> {
  const { userId } = identity;
  const { authTable } = tables;
  const credentials = await getCredentials(tables, userId);
  if (!credentials) return false;
  const owner = (await getItem(tables, phoneKey(phone)))?.user_id;
  if (owner !== undefined && owner !== userId) return false;
  return await write(tables, identity, [
    change(authTable, credentialsKey(userId), { phone }, { phone: credentials.phone }),
    changeProfile(tables.usersTable, userId, { phone }),
    owner === undefined
      ? putIfAbsent(authTable, { ...phoneKey(phone), user_id: userId })
      : check(authTable, phoneKey(phone), 'user_id = :owner', undefined, { ':owner': userId }),
    ...giveUpPhone(authTable, credentials, phone),
  ]);
}

/** Who loses an address that they had not proven may still sign in with it, into the account that they made. */
function takeEmail(
  table: string,
  userId: string,
  folded: string,
  { holder, claimant }: EmailOwners,
): TransactItems {
  const mine = { ...emailKey(folded), user_id: userId, verified: true };
  const dropClaim = claimant === userId ? [removeIfOwned(table, emailClaimKey(folded), userId)] : [];
  if (!holder) return [putIfAbsent(table, mine), ...dropClaim];
  if (holder.userId === userId)
    return [putIf(table, mine, 'user_id = :holder', { ':holder': userId }), ...dropClaim];
  const unproven = { ':holder': holder.userId, ':proven': false };
  return [
    putIf(table, mine, 'user_id = :holder AND verified = :proven', unproven),
    put(table, { ...emailClaimKey(folded), user_id: holder.userId }),
  ];
}

function giveUpEmail(table: string, userId: string, folded: string, owners: EmailOwners): TransactItems {
  return [
    ...(owners.holder?.userId === userId ? [removeIfOwned(table, emailKey(folded), userId)] : []),
    ...(owners.claimant === userId ? [removeIfOwned(table, emailClaimKey(folded), userId)] : []),
  ];
}

function giveUpPhone(table: string, { userId, phone }: StoredCredentials, next: string): TransactItems {
  return phone === undefined || phone === next ? [] : [removeIfOwned(table, phoneKey(phone), userId)];
}

async function write(
  tables: AccountTables,
  { userId, sessionId }: Identity,
  items: TransactItems,
): Promise<Outcome> {
  const sessionLives = check(tables.authTable, gateKey(userId), 'attribute_exists(sessions.#session)', {
    '#session': sessionId,
  });
  const reasons = await transactWriteWithRetry(tables.client, [sessionLives, ...items], tables.backoff);
  if (!reasons) return true;
  if (reasons[0]?.code === 'ConditionalCheckFailed') return false;
  if (hasCode(reasons, 'ConditionalCheckFailed')) return lookAgain;
  throw new Error(`an address could not be verified: ${codes(reasons)}`);
}
