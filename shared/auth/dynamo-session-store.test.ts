import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import {
  aProfile,
  aSession,
  countingIds,
  instantBackoff,
  movableClock,
  startMs,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-auth.ts';
import type { Clock } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoSessionStore } from './dynamo-session-store.ts';
import type { Session } from './session.ts';

const database = testDatabase();
const ids = countingIds('SESS');
const startSeconds = startMs / 1_000;

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  async DynamoDB(clock: Clock, first: Session) {
    const { client, tables } = database();
    const backoff = instantBackoff();
    const name = first.userId.toLowerCase().slice(2);
    await dynamoAccountStore(client, tables, backoff).create({
      profile: aProfile(name, { userId: first.userId }),
      passwordHash: 'hash',
      session: first,
    });
    return dynamoSessionStore({ client, authTable: tables.authTable, clock, backoff });
  },
  async 'the in-memory stand-in'(clock: Clock, first: Session) {
    const store = inMemorySessionStore(clock);
    await store.add(first);
    return store;
  },
};

describe.each(Object.entries(stores))('the session store on %s', (_, open) => {
  async function setup() {
    const clock = movableClock();
    const user = ids.user();
    const session = (more: Parameters<typeof aSession>[0] = {}) =>
      aSession({ userId: user, sessionId: ids.session(), ...more });
    const first = session();
    return { clock, session, first, store: await open(clock, first) };
  }

  it('has the session that the account was created with', async () => {
    const { store, first } = await setup();
    expect(await store.get(first)).toEqual(first);
    expect(await store.isLive(first)).toBe(true);
  });

  it('adds sessions beside each other', async () => {
    const { store, first, session } = await setup();
    const second = session({ secret: 'second' });
    await store.add(second);
    expect(await store.get(second)).toEqual(second);
    expect([await store.isLive(first), await store.isLive(second)]).toEqual([true, true]);
  });

  it("does not find a session under another person's id", async () => {
    const { store, first } = await setup();
    expect(await store.get({ ...first, userId: ids.user() })).toBeUndefined();
    expect(await store.isLive({ userId: ids.user(), sessionId: ids.session() })).toBe(false);
  });

  it('ends a session at once, and only it, and may be told so twice', async () => {
    const { store, first, session } = await setup();
    const second = session();
    await store.add(second);
    await store.end(first);
    await store.end(first);
    expect(await store.get(first)).toBeUndefined();
    expect([await store.isLive(first), await store.isLive(second)]).toEqual([false, true]);
  });

  it('counts a session as over when it expires', async () => {
    const { store, first, clock } = await setup();
    clock.advance(limits.refreshTokenIdleSeconds * 1_000 - 1);
    expect(await store.isLive(first)).toBe(true);
    clock.advance(1);
    expect(await store.isLive(first)).toBe(false);
  });

  it('keeps twenty sessions of a person and ends those nearest to their end', async () => {
    const { store, first, session } = await setup();
    const later = Array.from({ length: 21 }, (_unused, index) =>
      session({ expiresAt: first.expiresAt + index + 1 }),
    );
    for (const one of later) await store.add(one);
    const live = await Promise.all([first, ...later].map((one) => store.isLive(one)));
    expect(live.filter(Boolean)).toHaveLength(limits.sessionsPerUserMax);
    expect(live.slice(0, 2)).toEqual([false, false]);
    expect(await store.get(first)).toBeUndefined();
    expect(await store.get(session({ sessionId: later.at(-1)?.sessionId ?? '' }))).toBeDefined();
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

  describe('rotate', () => {
    const next = { refreshHash: sha256('next'), rotatedAt: startSeconds + 60, expiresAt: startSeconds + 999 };

    it('replaces the refresh token, remembers the one before, and moves the end', async () => {
      const { store, first, clock } = await setup();
      expect(await store.rotate(first, next)).toBe(true);
      expect(await store.get(first)).toEqual({ ...first, ...next, previousRefreshHash: first.refreshHash });
      clock.advance(998_000);
      expect(await store.isLive(first)).toBe(true);
      clock.advance(1_000);
      expect(await store.isLive(first)).toBe(false);
    });

    it('lets exactly one of many concurrent ones through', async () => {
      const { store, first } = await setup();
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => store.rotate(first, next)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    });

    it('does not bring an ended session back', async () => {
      const { store, first } = await setup();
      await store.end(first);
      expect(await store.rotate(first, next)).toBe(false);
      expect(await store.isLive(first)).toBe(false);
      expect(await store.get(first)).toBeUndefined();
    });
  });
});

describe('the session store on DynamoDB', () => {
  it('[P8] counts a session as over whose row is still there: its end was interrupted', async () => {
    const clock = movableClock();
    const { client, tables } = database();
    const session = aSession({ userId: ids.user(), sessionId: ids.session() });
    const store = await stores.DynamoDB(clock, session);
    const interrupted = {
      async send(command: unknown) {
        if (command instanceof DeleteCommand) throw new Error('the process died');
        return await client.send(command as never);
      },
    } as unknown as typeof client;
    const dying = dynamoSessionStore({ client: interrupted, ...tables, clock, backoff: instantBackoff() });
    await expect(dying.end(session)).rejects.toThrow('the process died');
    expect(await store.get(session)).toBeDefined();
    expect(await store.isLive(session)).toBe(false);
    const next = { refreshHash: sha256('next'), rotatedAt: startSeconds, expiresAt: startSeconds + 999 };
    expect(await store.rotate(session, next)).toBe(false);
    expect(await store.isLive(session)).toBe(false);
  });
});
