import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { aProfile, aSession, instantBackoff, movableClock } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { dynamoAccountEraser } from '../account-data/dynamo-account-eraser.ts';
import { eraseAccount } from '../account-data/erase-account.ts';
import type { AccountEventBody } from '../account-events/account-events.ts';
import { dynamoAccountStore } from '../auth/dynamo-account-store.ts';
import { dynamoGate } from '../auth/dynamo-gate.ts';
import { dynamoSessionStore } from '../auth/dynamo-session-store.ts';
import { parseRefreshToken } from '../auth/session.ts';
import { dynamoBlockStore } from '../blocks/dynamo-block-store.ts';
import { randomIds } from '../ids.ts';
import { limits } from '../limits.ts';
import { dynamoUserStore } from '../users/dynamo-user-store.ts';
import { findUsers } from '../users/find-users.ts';
import { parseBotToken } from './bot-token.ts';
import { dynamoBotStore } from './dynamo-bot-store.ts';
import { createBot, deleteBot, listBots, renewBotToken } from './manage-bots.ts';

const database = testDatabase();

function world() {
  const { client, tables } = database();
  const { authTable, usersTable } = tables;
  const backoff = instantBackoff();
  const clock = movableClock();
  const published: AccountEventBody[] = [];
  const stores = {
    bots: dynamoBotStore({ client, authTable, usersTable, backoff }),
    users: dynamoUserStore(client, usersTable, backoff),
    accounts: dynamoAccountEraser({ client, authTable, backoff }),
    blocks: dynamoBlockStore({ client, usersTable, backoff }),
    sessions: dynamoSessionStore({ client, authTable, clock, backoff }),
    gate: dynamoGate({ client, authTable, clock }),
    events: { publish: async (event: AccountEventBody) => void published.push(event) },
    ids: randomIds,
    clock,
  };
  const people = dynamoAccountStore(client, tables, backoff);
  const person = async (handle: string): Promise<string> => {
    const userId = randomIds.user();
    const profile = aProfile(handle, { userId });
    await people.create({ profile, passwordHash: 'hash', session: aSession({ userId }) });
    return userId;
  };
  /** Does what events ask for until none is left. */
  const settle = async () => {
    for (let event = published.shift(); event; event = published.shift())
      if (event.name === 'account.erased') await eraseAccount(event.user_id, stores);
  };
  const isLive = async (token: string) => {
    const identity = parseBotToken(token);
    return identity !== undefined && (await stores.sessions.isLive(identity));
  };
  const naming = async (text: string) => {
    const pages = await Promise.all(
      [authTable, usersTable].map((TableName) => client.send(new ScanCommand({ TableName }))),
    );
    return pages
      .flatMap(({ Items = [] }) => Items)
      .filter((item) => JSON.stringify(item, replacer).includes(text));
  };
  return { ...stores, client, tables, published, person, settle, isLive, naming };
}

/** Sets of DynamoDB show what is in them. */
const replacer = (_: string, value: unknown) => (value instanceof Set ? [...value] : value);

let count = 0;
let handle = '';
let owner = '';
let w: ReturnType<typeof world>;
beforeEach(async () => {
  count += 1;
  handle = `helper${count}`;
  w = world();
  owner = await w.person(`owner${count}`);
});
const create = (name = handle, ownerId = owner) =>
  createBot(ownerId, { handle: name, display_name: 'Helper' }, w);

describe('createBot', () => {
  it('[J1] makes a bot that is shown as one, found as one, and whose it is', async () => {
    const { bot } = await create();
    expect(bot).toMatchObject({ handle, display_name: 'Helper', bot: true, owner_id: owner });
    expect(await listBots(owner, w)).toEqual([bot]);
    const found = await findUsers(handle, w);
    expect(found).toEqual([{ user_id: bot.user_id, handle, display_name: 'Helper', bot: true }]);
    expect(await w.users.get(bot.user_id)).toMatchObject({ botOf: owner, email: '', emailVerified: false });
  });

  it('[J1] gives it a token of which only the hash is kept', async () => {
    const { token } = await create();
    expect(await w.isLive(token)).toBe(true);
    expect(token).toMatch(/^cb_u_\w+_[\w-]{43}$/);
    expect(await w.naming(token.slice(-43))).toEqual([]);
    const identity = parseBotToken(token);
    if (!identity) throw new Error('it is a token');
    await w.gate.admit(identity, 'message.send');
    await expect(
      w.gate.admit({ ...identity, sessionId: `b_${'0'.repeat(64)}` }, 'message.send'),
    ).rejects.toMatchObject({ code: 'auth.session_ended' });
  });

  it('[J1] leaves no way in but the token: it has no credentials, and no session that could be refreshed', async () => {
    const { bot, token } = await create();
    const identity = parseBotToken(token);
    if (!identity) throw new Error('it is a token');
    expect(await w.sessions.get(identity)).toBeUndefined();
    expect(await w.sessions.list(bot.user_id)).toEqual([]);
    expect(parseRefreshToken(`${bot.user_id}.${identity.sessionId}.${token.slice(-43)}`)).toBeUndefined();
    expect(await w.sessions.add(aSession({ userId: bot.user_id }))).toBe(false);
  });

  it('takes no handle that somebody has, or that nobody gets', async () => {
    for (const taken of [`owner${count}`, `OWNER${count}`, 'support'])
      await expect(create(taken)).rejects.toMatchObject({ code: 'auth.handle_taken' });
    expect(await listBots(owner, w)).toEqual([]);
  });

  it('[J1] makes as many as one may have, also when they are asked for at once', async () => {
    const asked = Array.from({ length: limits.botsPerOwnerMax + 2 }, (_, index) =>
      create(`${handle}x${index}`),
    );
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused.map(({ code }) => code)).toEqual(['bot.limit_reached', 'bot.limit_reached']);
    expect(await listBots(owner, w)).toHaveLength(limits.botsPerOwnerMax);
  });

  it('makes none for somebody who is erased', async () => {
    await w.events.publish({ name: 'account.erased', user_id: owner });
    await w.settle();
    await expect(create()).rejects.toMatchObject({ code: 'auth.session_ended' });
  });
});

describe('renewBotToken', () => {
  it('[J1] ends the old token at once', async () => {
    const { bot, token } = await create();
    const renewed = await renewBotToken(owner, bot.user_id, w);
    expect(await w.isLive(token)).toBe(false);
    expect(await w.isLive(renewed)).toBe(true);
  });

  it('[A2] knows no bots of others, and no people', async () => {
    const other = await w.person(`other${count}`);
    const { bot, token } = await create();
    for (const [who, id] of [
      [other, bot.user_id],
      [owner, other],
      [owner, owner],
      [owner, randomIds.user()],
      [bot.user_id, bot.user_id],
    ] as const) {
      await expect(renewBotToken(who, id, w)).rejects.toMatchObject({ code: 'bot.not_found' });
      await expect(deleteBot(who, id, w)).rejects.toMatchObject({ code: 'bot.not_found' });
    }
    expect(await w.isLive(token)).toBe(true);
    expect(w.published).toEqual([]);
  });
});

describe('deleteBot', () => {
  it('[J1] ends the token at once and leaves a tombstone and the handle, nothing else', async () => {
    const { bot, token } = await create();
    await deleteBot(owner, bot.user_id, w);
    expect(await w.isLive(token)).toBe(false);
    expect(await listBots(owner, w)).toEqual([]);
    await expect(renewBotToken(owner, bot.user_id, w)).rejects.toMatchObject({ code: 'bot.not_found' });
    await w.settle();
    const left = await w.naming(bot.user_id);
    expect(left.map(({ pk, sk }) => `${pk} ${sk}`).toSorted()).toEqual([
      `HANDLE#${handle} HANDLE`,
      `USER#${bot.user_id} PROFILE`,
    ]);
    expect((await w.users.get(bot.user_id))?.deletedAt).toBeDefined();
    expect(await findUsers(handle, w)).toEqual([]);
  });

  it('can be asked for again when it did not come through', async () => {
    const { bot } = await create();
    const broken = { ...w, accounts: { disable: async () => Promise.reject(new Error('throttled')) } };
    await expect(deleteBot(owner, bot.user_id, broken)).rejects.toThrow('throttled');
    expect(w.published).toEqual([{ name: 'account.erased', user_id: bot.user_id }]);
    await deleteBot(owner, bot.user_id, w);
    expect(await listBots(owner, w)).toEqual([]);
  });

  it('gives no new token to a bot that is about to go', async () => {
    const { bot } = await create();
    await w.accounts.disable(bot.user_id);
    await expect(renewBotToken(owner, bot.user_id, w)).rejects.toMatchObject({ code: 'bot.not_found' });
  });
});

describe('erasing the owner', () => {
  it('[J1] erases their bots, and leaves no list of them', async () => {
    const [first, second] = [await create(), await create(`${handle}b`)];
    await w.events.publish({ name: 'account.erased', user_id: owner });
    await w.settle();
    for (const { bot, token } of [first, second]) {
      expect(await w.isLive(token)).toBe(false);
      expect((await w.users.get(bot.user_id))?.deletedAt).toBeDefined();
    }
    const list = { pk: `USER#${owner}`, sk: 'BOTS' };
    const { Item } = await w.client.send(new GetCommand({ TableName: w.tables.usersTable, Key: list }));
    expect(Item).toBeUndefined();
  });
});
