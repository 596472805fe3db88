import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { aSession, countingIds, instantBackoff, movableClock, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import type { Clock } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { credentialsKey, gateKey, sessionKey } from './auth-keys.ts';
import { dynamoSessionStore, sessionItem } from './dynamo-session-store.ts';
import type { Session } from './session.ts';

const database = testDatabase();
const ids = countingIds('SESS');
const startSeconds = startMs / 1_000;
const cap = limits.sessionsPerUserMax;

/** Hears which sessions are pushed out, in a place that may refuse to. */
function surplusListener() {
  const heard: string[] = [];
  let refuses = false;
  return {
    heard,
    refuse: () => {
      refuses = true;
    },
    beforeSurplusEnds: async (_userId: string, sessionIds: readonly string[]) => {
      heard.push(...sessionIds);
      if (refuses) throw new Error('the queue takes nothing');
    },
  };
}
type Listener = ReturnType<typeof surplusListener>;

function dynamoStore(clock: Clock, listener: Partial<Listener> = {}) {
  const { client, tables } = database();
  return dynamoSessionStore({
    client,
    authTable: tables.authTable,
    clock,
    backoff: instantBackoff(),
    ...listener,
  });
}

const put = (item: Record<string, unknown>) =>
  database().client.send(new PutCommand({ TableName: database().tables.authTable, Item: item }));

/** What every account has besides its sessions, and its first one. */
async function putAccount(first: Session) {
  const sessions = { [first.sessionId]: first.expiresAt };
  await put({ ...gateKey(first.userId), sessions, tat: {} });
  await put({ ...credentialsKey(first.userId), user_id: first.userId, password_hash: 'hash' });
  await put(sessionItem(first));
}

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  async DynamoDB(clock: Clock, first: Session, listener: Listener) {
    await putAccount(first);
    const remove = async (key: Record<string, string>) => {
      const { client, tables } = database();
      await client.send(new DeleteCommand({ TableName: tables.authTable, Key: key }));
    };
    return {
      store: dynamoStore(clock, listener),
      eraseCredentials: () => remove(credentialsKey(first.userId)),
    };
  },
  async 'the in-memory stand-in'(clock: Clock, first: Session, listener: Listener) {
    const store = inMemorySessionStore(clock, listener.beforeSurplusEnds);
    const accounts = new Map([[first.userId, { passwordHash: 'hash' }]]);
    await store.add(first);
    store.belongTo((userId) => accounts.get(userId));
    return {
      store,
      eraseCredentials: async () => accounts.clear(),
    };
  },
};

describe.each(Object.entries(stores))('the session store on %s', (_, open) => {
  async function setup() {
    const clock = movableClock();
    const user = ids.user();
    const session = (more: Parameters<typeof aSession>[0] = {}) =>
      aSession({ userId: user, sessionId: ids.session(), ...more });
    const first = session();
    const listener = surplusListener();
    return { clock, session, first, user, listener, ...(await open(clock, first, listener)) };
  }

  it('has the session that the account was created with', async () => {
    const { store, first } = await setup();
    expect(await store.get(first)).toEqual(first);
    expect(await store.isLive(first)).toBe(true);
  });

  it('adds sessions beside each other, with where they are used from', async () => {
    const { store, first, session } = await setup();
    const second = session({
      secret: 'second',
      device: { userAgent: 'Browser/1', ip: '2001:db8::1' },
      lastUsedAt: startSeconds + 5,
      authenticatedAt: startSeconds - 5,
    });
    expect(await store.add(second)).toBe(true);
    expect(await store.get(second)).toEqual(second);
    expect([await store.isLive(first), await store.isLive(second)]).toEqual([true, true]);
  });

  it("does not find a session under another person's id", async () => {
    const { store, first } = await setup();
    expect(await store.get({ ...first, userId: ids.user() })).toBeUndefined();
    expect(await store.isLive({ ...first, userId: ids.user() })).toBe(false);
    expect(await store.isLive({ ...first, sessionId: ids.session() })).toBe(false);
  });

  it.each(['', 'toString', '__proto__', 'constructor', '../x'])('has no session %j', async (sessionId) => {
    const { store, user } = await setup();
    expect(await store.isLive({ userId: user, sessionId })).toBe(false);
  });

  it('ends sessions at once, and only them, and may be told so twice', async () => {
    const { store, first, user, session } = await setup();
    const [second, third] = [session(), session()];
    for (const one of [second, third]) await store.add(one);
    const over = [first.sessionId, third.sessionId, third.sessionId];
    await store.end(user, over);
    await store.end(user, over);
    expect(await store.get(first)).toBeUndefined();
    const live = await Promise.all([first, second, third].map((one) => store.isLive(one)));
    expect(live).toEqual([false, true, false]);
  });

  it('may be told to end what never was', async () => {
    const { store, first, user } = await setup();
    await store.end(user, []);
    await store.end(user, ['s_never', 'toString']);
    await store.end(ids.user(), [first.sessionId]);
    expect(await store.isLive(first)).toBe(true);
  });

  it('ends more sessions at once than one update names', async () => {
    const { store, first, user } = await setup();
    const many = Array.from({ length: 120 }, () => ids.session());
    await store.end(user, [...many, first.sessionId]);
    expect(await store.isLive(first)).toBe(false);
  });

  it('counts a session as over when it expires', async () => {
    const { store, first, clock } = await setup();
    clock.advance(limits.refreshTokenIdleSeconds * 1_000 - 1);
    expect(await store.isLive(first)).toBe(true);
    clock.advance(1);
    expect(await store.isLive(first)).toBe(false);
  });

  describe('add', () => {
    it('[I8] adds a session while the password is the one that was checked', async () => {
      const { store, session } = await setup();
      const [right, wrong] = [session(), session()];
      expect(await store.add(right, { passwordHash: 'hash' })).toBe(true);
      expect(await store.add(wrong, { passwordHash: 'the hash before' })).toBe(false);
      expect([await store.isLive(right), await store.isLive(wrong)]).toEqual([true, false]);
      expect(await store.get(wrong)).toBeUndefined();
    });

    it('[I11] adds none to an account that is erased, or never was', async () => {
      const { store, session, eraseCredentials } = await setup();
      const foreign = session({ userId: ids.user() });
      expect(await store.add(foreign)).toBe(false);
      expect(await store.get(foreign)).toBeUndefined();
      await eraseCredentials();
      const late = session();
      expect(await store.add(late)).toBe(false);
      expect(await store.isLive(late)).toBe(false);
    });

    it('keeps twenty sessions of a person and ends those nearest to their end', async () => {
      const { store, first, session } = await setup();
      const later = Array.from({ length: cap + 1 }, (_unused, index) =>
        session({ expiresAt: first.expiresAt + index + 1 }),
      );
      for (const one of later) expect(await store.add(one)).toBe(true);
      const live = await Promise.all([first, ...later].map((one) => store.isLive(one)));
      expect(live.filter(Boolean)).toHaveLength(cap);
      expect(live.slice(0, 2)).toEqual([false, false]);
      expect(await store.get(first)).toBeUndefined();
      expect(await store.get(later.at(-1) ?? first)).toBeDefined();
    });

    it('[P8] says which sessions it pushes out before they end, so that their sockets hear of it', async () => {
      const { store, first, session, listener } = await setup();
      for (let index = 1; index < cap; index += 1)
        await store.add(session({ expiresAt: first.expiresAt + 1 }));
      expect(listener.heard).toEqual([]);
      await store.add(session({ expiresAt: first.expiresAt + 1 }));
      expect(listener.heard).toEqual([first.sessionId]);
    });

    it('[P8] adds nothing, and ends nothing, when that could not be said', async () => {
      const { store, first, session, listener } = await setup();
      for (let index = 1; index < cap; index += 1)
        await store.add(session({ expiresAt: first.expiresAt + 1 }));
      listener.refuse();
      const unheard = session();
      await expect(store.add(unheard)).rejects.toThrow('the queue takes nothing');
      expect([await store.isLive(first), await store.isLive(unheard)]).toEqual([true, false]);
    });

    it('makes room by expired sessions first', async () => {
      const { store, first, session, clock } = await setup();
      const dead = session({ expiresAt: startSeconds + 10 });
      await store.add(dead);
      clock.advance(10_000);
      await store.add(session());
      expect(await store.get(dead)).toBeUndefined();
      expect(await store.isLive(first)).toBe(true);
    });
  });

  describe('list', () => {
    it('has the living sessions of one person, the latest used first', async () => {
      const { store, first, user, session, clock } = await setup();
      const [second, third] = [
        session({ lastUsedAt: startSeconds + 10 }),
        session({ lastUsedAt: startSeconds - 10 }),
      ];
      const [expired, ended] = [session({ expiresAt: startSeconds + 5 }), session()];
      for (const one of [second, third, expired, ended]) await store.add(one);
      await store.end(user, [ended.sessionId]);
      clock.advance(5_000);
      expect(await store.list(user)).toEqual([second, first, third]);
      expect(await store.list(ids.user())).toEqual([]);
    });
  });

  describe('rotate', () => {
    const next = { refreshHash: sha256('next'), rotatedAt: startSeconds + 60, expiresAt: startSeconds + 999 };

    it('replaces the refresh token, remembers the one before, and moves the end', async () => {
      const { store, first, clock } = await setup();
      expect(await store.rotate(first, next)).toBe(true);
      expect(await store.get(first)).toEqual({
        ...first,
        ...next,
        previousRefreshHash: first.refreshHash,
        lastUsedAt: next.rotatedAt,
      });
      clock.advance(998_000);
      expect(await store.isLive(first)).toBe(true);
      clock.advance(1_000);
      expect(await store.isLive(first)).toBe(false);
    });

    it('notes where it came from, if that is known, and is no new proof of who it was', async () => {
      const { store, session } = await setup();
      const moved = session({ device: { userAgent: 'Browser/1', ip: '192.0.2.1' } });
      await store.add(moved);
      await store.rotate(moved, { ...next, ip: '192.0.2.2' });
      const device = { userAgent: 'Browser/1', ip: '192.0.2.2' };
      expect(await store.get(moved)).toMatchObject({ device, authenticatedAt: moved.authenticatedAt });
      await store.rotate({ ...moved, refreshHash: next.refreshHash }, next);
      expect(await store.get(moved)).toMatchObject({ device });
    });

    it('lets exactly one of many concurrent ones through', async () => {
      const { store, first } = await setup();
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => store.rotate(first, next)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });

    it('does not bring an ended session back', async () => {
      const { store, first, user } = await setup();
      await store.end(user, [first.sessionId]);
      expect(await store.rotate(first, next)).toBe(false);
      expect(await store.isLive(first)).toBe(false);
      expect(await store.get(first)).toBeUndefined();
    });
  });

  describe('reauthenticated', () => {
    it('[I7] remembers when the owner last showed who they are', async () => {
      const { store, first } = await setup();
      await store.reauthenticated(first, startSeconds + 500);
      expect(await store.get(first)).toEqual({ ...first, authenticatedAt: startSeconds + 500 });
    });

    it('does not bring an ended session back', async () => {
      const { store, first, user } = await setup();
      await store.end(user, [first.sessionId]);
      await store.reauthenticated(first, startSeconds + 500);
      expect(await store.get(first)).toBeUndefined();
      expect(await store.isLive(first)).toBe(false);
    });
  });
});

describe('the session store on DynamoDB', () => {
  async function account() {
    const clock = movableClock();
    const first = aSession({ userId: ids.user(), sessionId: ids.session() });
    await putAccount(first);
    return { clock, first, store: dynamoStore(clock) };
  }

  it('[P8] counts a session as over whose row is still there: its end was interrupted', async () => {
    const { clock, first, store } = await account();
    const { client, tables } = database();
    const interrupted = {
      async send(command: unknown) {
        if (command instanceof DeleteCommand) throw new Error('the process died');
        return await client.send(command as never);
      },
    } as unknown as typeof client;
    const dying = dynamoSessionStore({ client: interrupted, ...tables, clock, backoff: instantBackoff() });
    await expect(dying.end(first.userId, [first.sessionId])).rejects.toThrow('the process died');
    expect(await store.get(first)).toBeDefined();
    expect(await store.isLive(first)).toBe(false);
    expect(await store.list(first.userId)).toEqual([]);
    const next = { refreshHash: sha256('next'), rotatedAt: startSeconds, expiresAt: startSeconds + 999 };
    expect(await store.rotate(first, next)).toBe(false);
    expect(await store.isLive(first)).toBe(false);
  });

  it('reads rows from before sessions had devices', async () => {
    const { first, store } = await account();
    const { sessionId, userId, refreshHash: refresh_hash, createdAt, expiresAt } = first;
    const old = { user_id: userId, session_id: sessionId, refresh_hash, created_at: createdAt };
    await put({
      ...sessionKey(userId, sessionId),
      ...old,
      expires_at: expiresAt,
      rotated_at: createdAt + 60,
    });
    const asItWas = { ...first, device: {}, rotatedAt: createdAt + 60, lastUsedAt: createdAt + 60 };
    expect(await store.list(userId)).toEqual([asItWas]);
    await put({ ...sessionKey(userId, sessionId), ...old, expires_at: expiresAt });
    expect(await store.get(first)).toEqual({ ...first, device: {} });
  });

  it('keeps the cap also against many sign-ins at the same time', async () => {
    const { first, store } = await account();
    const { userId } = first;
    for (let index = 2; index < cap; index += 1) {
      await store.add(aSession({ userId, sessionId: ids.session(), expiresAt: first.expiresAt + index }));
    }
    const sessions = Array.from({ length: 4 }, () => aSession({ userId, sessionId: ids.session() }));
    const outcomes = await Promise.allSettled(sessions.map((one) => store.add(one)));
    expect(outcomes.some((one) => one.status === 'fulfilled' && one.value)).toBe(true);
    const live = await store.list(userId);
    expect(live.length).toBeLessThanOrEqual(cap);
    for (const [index, outcome] of outcomes.entries()) {
      // Whoever was told that they are in, is or was pushed out by a later one; nobody else is.
      if (outcome.status === 'rejected') expect(await store.get(sessions[index] ?? first)).toBeUndefined();
    }
  });

  it('looks again when others signed in between its look and its write, and gives up when that goes on', async () => {
    const mock = mockClient(database().client);
    const cancelled = (...codes: string[]) =>
      new TransactionCanceledException({
        message: '',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      });
    const store = dynamoStore(movableClock());
    mock.resolves({ Item: { sessions: {} } });
    const overtaken = cancelled('ConditionalCheckFailed', 'None', 'None');
    mock.on(TransactWriteCommand).rejectsOnce(overtaken).resolves({});
    expect(await store.add(aSession())).toBe(true);
    mock.on(TransactWriteCommand).rejects(overtaken);
    await expect(store.add(aSession())).rejects.toMatchObject({ code: 'unavailable' });
    mock.on(TransactWriteCommand).rejects(cancelled('ValidationError', 'None', 'None'));
    await expect(store.add(aSession())).rejects.toThrow('ValidationError');
    mock.restore();
  });
});
