import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Silence } from '../../shared/blocks/silence.ts';
import type { InMemoryConversations } from './in-memory-conversation-store.ts';

/** In the conversations of a store, as the real one beside their counters. */
export function inMemorySilence({ counters }: Pick<InMemoryConversations, 'counters'>): Silence {
  return {
    async set(convoId, userId, silent) {
      await nextTurn();
      const conversation = counters.get(convoId);
      const { silencedBy = [] } = conversation ?? {};
      if (!conversation || silencedBy.includes(userId) === silent) return;
      const after = silent ? [...silencedBy, userId] : silencedBy.filter((one) => one !== userId);
      const { silencedBy: _, ...rest } = conversation;
      counters.set(convoId, {
        ...rest,
        membersVersion: conversation.membersVersion + 1,
        ...(after.length > 0 && { silencedBy: after }),
      });
    },
  };
}
