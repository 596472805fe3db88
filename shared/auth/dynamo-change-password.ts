import {
  type CancelReason,
  codes,
  hasCode,
  type TransactItems,
  transactWriteWithRetry,
} from '../dynamo-transaction.ts';
import { foldCase } from '../text.ts';
import type { Identity } from './access-token.ts';
import type { Address } from './account-store.ts';
import { credentialsKey, emailKey, gateKey, phoneKey, secondFactorKey } from './auth-keys.ts';
import {
  type AccountTables,
  change,
  changeProfile,
  check,
  getCredentials,
  getSessions,
  lookAgain,
  remove,
  removeIfOwned,
  removeSessions,
  type StoredCredentials,
} from './dynamo-account-items.ts';

type Outcome = readonly string[] | undefined | typeof lookAgain;

/** One try of AccountStore.changePassword. */
export async function changePassword(
  tables: AccountTables,
  { userId, sessionId }: Identity,
  { from, to }: { from: string | undefined; to: string },
): Promise<Outcome> {
  const { authTable } = tables;
  const sessions = await getSessions(tables, userId);
  const expiresAt = sessions?.[sessionId];
  if (!sessions || expiresAt === undefined) return undefined;
  const ended = Object.keys(sessions).filter((id) => id !== sessionId);
  const reasons = await write(tables, [
    change(authTable, credentialsKey(userId), { password_hash: to }, { password_hash: from }),
    change(authTable, gateKey(userId), { sessions: { [sessionId]: expiresAt } }, { sessions }),
    ...removeSessions(authTable, userId, ended),
  ]);
  return outcome(reasons, ended);
}

/** One try of AccountStore.reclaim. */
export async function reclaim(
  tables: AccountTables,
  userId: string,
  address: Address,
  { passwordHash, forgetFactors }: { passwordHash: string | undefined; forgetFactors: boolean },
): Promise<Outcome> {
  const { authTable } = tables;
  const credentials = await getCredentials(tables, userId);
  const sessions = await getSessions(tables, userId);
  if (!credentials || !sessions) return undefined;
  const ended = Object.keys(sessions);
  const reasons = await write(tables, [
    proveAddress(authTable, userId, address),
    change(authTable, gateKey(userId), { sessions: {} }, { sessions }),
    change(
      authTable,
      credentialsKey(userId),
      { password_hash: passwordHash, ...(forgetFactors && { phone: undefined }) },
      { phone: credentials.phone },
    ),
    ...updateProfile(tables.usersTable, userId, address, forgetFactors),
    ...(forgetFactors ? removeFactors(authTable, credentials) : []),
    ...removeSessions(authTable, userId, ended),
  ]);
  return outcome(reasons, ended);
}

/** The account must hold the address still. */
function proveAddress(table: string, userId: string, { channel, address }: Address) {
  if (channel === 'email')
    return change(table, emailKey(foldCase(address)), { verified: true }, { user_id: userId });
  return check(table, phoneKey(address), 'user_id = :owner', undefined, { ':owner': userId });
}

function updateProfile(
  table: string,
  userId: string,
  { channel }: Address,
  forgetFactors: boolean,
): TransactItems {
  const changes = {
    ...(channel === 'email' && { email_verified: true }),
    ...(forgetFactors && { phone: undefined }),
  };
  return Object.keys(changes).length > 0 ? [changeProfile(table, userId, changes)] : [];
}

function removeFactors(table: string, { userId, phone }: StoredCredentials): TransactItems {
  return [
    remove(table, secondFactorKey(userId)),
    ...(phone === undefined ? [] : [removeIfOwned(table, phoneKey(phone), userId)]),
  ];
}

function write(tables: AccountTables, items: TransactItems): Promise<CancelReason[] | undefined> {
  return transactWriteWithRetry(tables.client, items, tables.backoff);
}

/** The first action is the one whose condition decides; the others only guard what was read before. */
function outcome(reasons: CancelReason[] | undefined, ended: readonly string[]): Outcome {
  if (!reasons) return ended;
  if (reasons[0]?.code === 'ConditionalCheckFailed') return undefined;
  if (hasCode(reasons, 'ConditionalCheckFailed')) return lookAgain;
  throw new Error(`a password could not be changed: ${codes(reasons)}`);
}
