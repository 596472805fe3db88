import { describe, expect, it } from 'vitest';
import { countingIds, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { sessionStores, sessionsOn } from '../../test/support/session-stores.ts';
import { limits } from '../limits.ts';

const ids = countingIds('OTHER');
const startSeconds = startMs / 1_000;
const cap = limits.sessionsPerUserMax;
const stores = sessionStores(testDatabase());

describe.each(Object.entries(stores))('the session store on %s', (_, open) => {
  const setup = () => sessionsOn(open);

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
});
