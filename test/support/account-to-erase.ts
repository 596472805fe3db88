/** An account with everything that an account can have, in real tables, and what becomes of it. */
import { type DynamoDBDocumentClient, type GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoAccountEraser } from '../../shared/account-data/dynamo-account-eraser.ts';
import { eraseAccount } from '../../shared/account-data/erase-account.ts';
import type { AccountEventBody } from '../../shared/account-events/account-events.ts';
import { credentialsKey, emailKey, phoneKey, secondFactorKey } from '../../shared/auth/auth-keys.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { dynamoBlockStore } from '../../shared/blocks/dynamo-block-store.ts';
import { dynamoBotStore } from '../../shared/bots/dynamo-bot-store.ts';
import { dynamoUserStore } from '../../shared/users/dynamo-user-store.ts';
import { aProfile, aSession, countingIds, instantBackoff, movableClock, startMs } from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';

const ids = countingIds('ERASE');
const now = new Date(startMs).toISOString();

type Item = Record<string, unknown>;

/** Lets a process make so many calls and dies when the last of them has answered, whatever it answered. */
export function dyingProcess(afterCalls = Number.POSITIVE_INFINITY) {
  let made = 0;
  return {
    get made() {
      return made;
    },
    async call<T>(work: () => Promise<T>): Promise<T> {
      if (made >= afterCalls) throw new Error('the process is gone');
      const [answer] = await Promise.allSettled([work()]);
      made += 1;
      if (made === afterCalls) throw new Error('the process dies here');
      if (answer.status === 'rejected') throw answer.reason;
      return answer.value;
    },
  };
}

type Process = ReturnType<typeof dyingProcess>;

/** The same client for a process that may die. */
function clientOf(process: Process, client: DynamoDBDocumentClient): DynamoDBDocumentClient {
  return new Proxy(client, {
    get: (target, name) =>
      name === 'send'
        ? (command: GetCommand) => process.call(() => target.send(command))
        : Reflect.get(target, name, target),
  });
}

export type AccountToErase = Awaited<ReturnType<typeof anAccountToErase>>;

export async function anAccountToErase({ client, tables }: TestDatabase, { emailVerified = true } = {}) {
  const { authTable, usersTable } = tables;
  const backoff = instantBackoff();
  const clock = movableClock();
  const stores = {
    accounts: dynamoAccountStore(client, tables, backoff),
    sessions: dynamoSessionStore({ client, authTable, clock, backoff }),
    users: dynamoUserStore(client, usersTable, backoff),
    blocks: dynamoBlockStore({ client, usersTable, backoff }),
  };
  const { profile, friend, session } = people(emailVerified);
  const { userId, email, phone = '' } = profile;
  const put = (Item: Item) => client.send(new PutCommand({ TableName: authTable, Item }));

  await stores.accounts.create({ profile, passwordHash: 'hash', session });
  await stores.accounts.create({
    profile: friend,
    passwordHash: 'hash',
    session: aSession({ userId: friend.userId, sessionId: ids.session() }),
  });
  await stores.sessions.add(aSession({ userId, sessionId: ids.session() }));
  await put({ ...credentialsKey(userId), user_id: userId, email, password_hash: 'hash', phone });
  await put({ ...emailKey(email), user_id: userId, verified: emailVerified });
  await put({ ...phoneKey(phone), user_id: userId });
  await put({ ...secondFactorKey(userId), status: 'active', secret: 'sealed' });
  await stores.blocks.put(userId, friend.userId, now);
  await stores.blocks.put(friend.userId, userId, now);

  const events: AccountEventBody[] = [];
  const depsOf = (process: Process) => {
    const own = clientOf(process, client);
    return {
      accounts: dynamoAccountEraser({ client: own, authTable, backoff }),
      users: dynamoUserStore(own, usersTable, backoff),
      blocks: dynamoBlockStore({ client: own, usersTable, backoff }),
      bots: dynamoBotStore({ client: own, authTable, usersTable, backoff }),
      events: { publish: (event: AccountEventBody) => process.call(async () => void events.push(event)) },
      clock,
    };
  };
  const naming = async (TableName: string) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items.filter((item) => JSON.stringify(item).includes(userId)).sort(byKey);
  };
  return {
    ...stores,
    client,
    tables,
    clock,
    put,
    events,
    depsOf,
    userId,
    profile,
    friend,
    session,
    phone,
    identity: { userId, sessionId: session.sessionId },
    newSession: () => aSession({ userId, sessionId: ids.session() }),
    /** One delivery of the event to a process; how many calls it made. */
    deliver: async (process = dyingProcess()) => {
      await eraseAccount(userId, depsOf(process));
      return process.made;
    },
    /** Every item that names the person anywhere. */
    state: async () => [...(await naming(authTable)), ...(await naming(usersTable))],
    /** What is to be left of it: a tombstone, the reserved handle and what belongs to others. */
    erased: [
      { pk: `HANDLE#${profile.handle}`, sk: 'HANDLE', user_id: userId },
      { pk: `USER#${friend.userId}`, sk: `BLOCK#${userId}`, user_id: userId, created_at: now },
      { pk: `USER#${userId}`, sk: 'PROFILE', user_id: userId, deleted_at: now },
    ].sort(byKey) as Item[],
  };
}

function people(emailVerified: boolean) {
  const userId = ids.user();
  const name = `p${userId.slice(-6).toLowerCase()}`;
  const phone = `+49${userId.replace(/\D/g, '').slice(-12)}`;
  return {
    profile: aProfile(name, { userId, emailVerified, phone, avatar: 'att_1', locale: 'de' }),
    friend: aProfile(`f${name}`, { userId: ids.user() }),
    session: aSession({ userId, sessionId: ids.session() }),
  };
}

function byKey(a: Item, b: Item): number {
  const key = ({ pk, sk }: Item) => JSON.stringify([pk, sk]);
  return key(a).localeCompare(key(b));
}
