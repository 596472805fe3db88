import { describe, expect, it } from 'vitest';
import { countingIds, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { sessionStores, sessionsOn } from '../../test/support/session-stores.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';

const ids = countingIds('OTHER');
const startSeconds = startMs / 1_000;
const stores = sessionStores(testDatabase());

describe.each(Object.entries(stores))('the session store on %s', (_, open) => {
  const setup = () => sessionsOn(open);

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
