import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlockStore } from '../../shared/blocks/block-store.ts';
import type { UserStore } from '../../shared/users/user-store.ts';

export function inMemoryBlockStore(users: Pick<UserStore, 'getMany'>): BlockStore {
  const blocks = new Map<string, { userId: string; blockedId: string; createdAt: string }>();
  const key = (userId: string, blockedId: string) => `${userId} ${blockedId}`;
  const of = (userId: string) => [...blocks.values()].filter((block) => block.userId === userId);
  return {
    list: async (userId) =>
      of(userId)
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
        .map(({ blockedId }) => blockedId),
    async put(userId, blockedId, createdAt) {
      const living = (await users.getMany([userId, blockedId])).filter((one) => one.deletedAt === undefined);
      if (living.length < 2) return false;
      const existing = blocks.get(key(userId, blockedId));
      blocks.set(key(userId, blockedId), existing ?? { userId, blockedId, createdAt });
      return true;
    },
    async has(userId, blockedId) {
      await nextTurn();
      return blocks.has(key(userId, blockedId));
    },
    remove: async (userId, blockedId) => void blocks.delete(key(userId, blockedId)),
    async removeAll(userId) {
      for (const { blockedId } of of(userId)) blocks.delete(key(userId, blockedId));
    },
    async between(userId, others) {
      await nextTurn();
      return new Set(
        others.filter((other) => blocks.has(key(userId, other)) || blocks.has(key(other, userId))),
      );
    },
  };
}
