import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { codes, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { foldCase } from '../text.ts';
import { handleKey, profileItem, searchTermItems } from '../users/user-keys.ts';
import type { AccountStore, AddressHolder, Credentials } from './account-store.ts';
import { credentialsKey, emailClaimKey, emailKey, gateKey, phoneKey } from './auth-keys.ts';
import {
  type AccountTables,
  change,
  check,
  emailOwners,
  getCredentials,
  getItem,
  lookAgain,
  put,
  putIfAbsent,
  type StoredCredentials,
  untilUndisturbed,
} from './dynamo-account-items.ts';
import { changePassword, reclaim } from './dynamo-change-password.ts';
import { sessionItem } from './dynamo-session-store.ts';
import { verifyEmail, verifyPhone } from './dynamo-verify-address.ts';

type NewAccount = Parameters<AccountStore['create']>[0];

export function dynamoAccountStore(
  client: DynamoDBDocumentClient,
  names: { readonly authTable: string; readonly usersTable: string },
  backoff: Backoff,
): AccountStore {
  const tables = { client, authTable: names.authTable, usersTable: names.usersTable, backoff };
  const retried = <T>(attempt: () => Promise<T | typeof lookAgain>) => untilUndisturbed(backoff, attempt);
  return {
    create: (account) => retried(() => create(tables, account)),
    candidates: (email) => candidates(tables, email),
    verify: (identity, { channel, address }) =>
      retried(() =>
        channel === 'email' ? verifyEmail(tables, identity, address) : verifyPhone(tables, identity, address),
      ),
    changePassword: (identity, passwords) => retried(() => changePassword(tables, identity, passwords)),
    reclaim: (userId, address, changes) => retried(() => reclaim(tables, userId, address, changes)),

    async holder({ channel, address }) {
      const holder =
        channel === 'email'
          ? (await emailOwners(tables, address)).holder
          : await phoneHolder(tables, address);
      const credentials = holder && (await getCredentials(tables, holder.userId));
      return (
        credentials && ({ ...publicPart(credentials), verified: holder.verified } satisfies AddressHolder)
      );
    },

    async credentials(userId) {
      const credentials = await getCredentials(tables, userId);
      return credentials && publicPart(credentials);
    },

    async rehash(userId, from, to) {
      const { Update } = change(
        tables.authTable,
        credentialsKey(userId),
        { password_hash: to },
        { password_hash: from },
      );
      await unlessConditionFails(client.send(new UpdateCommand(Update)));
    },
  };
}

async function create(
  tables: AccountTables,
  { profile, passwordHash, session }: NewAccount,
): Promise<'created' | 'handle_taken' | typeof lookAgain> {
  const { authTable, usersTable } = tables;
  const { userId, email } = profile;
  const credentials = { ...credentialsKey(userId), user_id: userId, email, password_hash: passwordHash };
  const gate = { ...gateKey(userId), sessions: { [session.sessionId]: session.expiresAt }, tat: {} };
  const items = [
    putIfAbsent(usersTable, { ...handleKey(profile.handle), user_id: userId }),
    ...(await holdOrClaim(tables, foldCase(email), userId)),
    ...[credentials, gate, sessionItem(session)].map((item) => put(authTable, item)),
    ...[profileItem(profile), ...searchTermItems(profile)].map((item) => put(usersTable, item)),
  ];
  const reasons = await transactWriteWithRetry(tables.client, items, tables.backoff);
  if (!reasons) return 'created';
  if (reasons[0]?.code === 'ConditionalCheckFailed') return 'handle_taken';
  // The address got its first holder, or lost it, after it was looked up.
  if (reasons[1]?.code === 'ConditionalCheckFailed') return lookAgain;
  throw new Error(`an account could not be created: ${codes(reasons)}`);
}

async function holdOrClaim(tables: AccountTables, folded: string, userId: string): Promise<TransactItems> {
  const { authTable } = tables;
  const { holder } = await emailOwners(tables, folded);
  if (!holder) return [putIfAbsent(authTable, { ...emailKey(folded), user_id: userId, verified: false })];
  return [
    check(authTable, emailKey(folded), 'attribute_exists(pk)'),
    put(authTable, { ...emailClaimKey(folded), user_id: userId }),
  ];
}

/** Nobody's, and read where nobody is: two look-ups follow whoever an address belongs to (ASVS 6.3.8). */
const nobody = ['nobody', 'nobody-else'] as const;

async function candidates(tables: AccountTables, email: string): Promise<Credentials[]> {
  const { holder, claimant } = await emailOwners(tables, email);
  const found = await Promise.all([
    getCredentials(tables, holder?.userId ?? nobody[0]),
    getCredentials(tables, claimant ?? nobody[1]),
  ]);
  return found.flatMap((credentials) => (credentials ? [publicPart(credentials)] : []));
}

async function phoneHolder(tables: AccountTables, phone: string) {
  const item = await getItem(tables, phoneKey(phone));
  return item && { userId: String(item.user_id), verified: true };
}

function publicPart({ userId, passwordHash }: StoredCredentials): Credentials {
  return { userId, passwordHash };
}
