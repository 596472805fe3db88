import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, epochSeconds } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { noPresence, type PresenceRecord } from '../../shared/presence/presence.ts';
import type { PresenceStore } from '../../shared/presence/presence-store.ts';
import type { Watcher, WatchStore } from '../../shared/presence/watch-store.ts';

export function inMemoryPresenceStore(): PresenceStore {
  const records = new Map<string, PresenceRecord>();
  return {
    async get(userId) {
      await nextTurn();
      return records.get(userId);
    },
    getMany: async (userIds) => [...new Set(userIds)].flatMap((userId) => records.get(userId) ?? []),
    async settle(known, next, { erase = false } = {}) {
      await nextTurn();
      const present = records.get(known.userId);
      if ((present?.rev ?? 0) !== known.rev) return false;
      const { lastSeen, custom, ...rest } = next;
      const written = erase
        ? { ...rest, availability: 'auto' as const }
        : { ...rest, ...(lastSeen !== undefined && { lastSeen }), ...(custom && { custom }) };
      records.set(known.userId, written);
      return true;
    },
    async set(userId, { availability, custom }) {
      await nextTurn();
      const { custom: before, ...present } = records.get(userId) ?? noPresence(userId);
      const after = custom === undefined ? before : (custom ?? undefined);
      records.set(userId, {
        ...present,
        ...(availability !== undefined && { availability }),
        ...(after && { custom: after }),
        rev: present.rev + 1,
      });
    },
    async told({ userId, rev }) {
      const present = records.get(userId);
      if (present?.rev !== rev) return;
      const { cause: _, ...rest } = present;
      records.set(userId, rest);
    },
  };
}

export function inMemoryWatchStore(clock: Clock): WatchStore {
  const rows = new Map<
    string,
    { watcher: Watcher; target: string; atMs: number; gone: boolean; end: number }
  >();
  const sets = new Map<string, Set<string>>();
  const put = (watcher: Watcher, target: string, atMs: number, gone: boolean) => {
    const key = `${target} ${watcher.connectionId}`;
    const end = epochSeconds(clock.now()) + limits.connectionLeaseSeconds;
    if ((rows.get(key)?.atMs ?? 0) <= atMs) rows.set(key, { watcher, target, atMs, gone, end });
  };
  return {
    async watch({ userId, connectionId }, userIds, atMs) {
      await nextTurn();
      const known = sets.get(connectionId) ?? new Set();
      const all = new Set([...known, ...userIds]);
      if (all.size > limits.presenceSubscriptionsMax) return false;
      sets.set(connectionId, all);
      for (const target of userIds) put({ userId, connectionId }, target, atMs, false);
      return true;
    },
    async unwatch({ userId, connectionId }, userIds, atMs) {
      await nextTurn();
      for (const target of userIds) {
        put({ userId, connectionId }, target, atMs, true);
        sets.get(connectionId)?.delete(target);
      }
    },
    async watchersOf(userId) {
      await nextTurn();
      return [...rows.values()]
        .filter(({ target, gone, end }) => target === userId && !gone && end > epochSeconds(clock.now()))
        .map(({ watcher }) => watcher);
    },
  };
}
