import { systemClock } from '../../shared/clock.ts';
import { announceChange } from '../../shared/conversations/announce-change.ts';
import type { Changed } from '../../shared/conversations/change-conversation.ts';
import { randomIds } from '../../shared/ids.ts';
import * as deps from './deps.ts';
import { logger } from './log.ts';

interface Environment {
  readonly USERS_TABLE: string;
  readonly CONVERSATIONS_TABLE: string;
  readonly MESSAGES_TABLE: string;
  readonly CONNECTIONS_TABLE: string;
  readonly WEBSOCKET_URL: string;
  readonly WEBHOOK_QUEUE_URL: string;
}

/** What functions need that change conversations at once, and the way to tell of it. */
export function conversationChanging(env: Environment) {
  const conversations = deps.conversations(env);
  const users = deps.users(env);
  const announcing = {
    conversations,
    users,
    connections: deps.connections(env),
    gateway: deps.sockets(env),
    webhooks: deps.webhookQueue(env),
    clock: systemClock,
  };
  return {
    changing: {
      conversations,
      users,
      blocks: deps.blocks(env),
      changes: deps.conversationChanges(env),
      clock: systemClock,
      ids: randomIds,
      backoff: deps.backoff,
    },
    pushing: { connections: announcing.connections, gateway: announcing.gateway },

    /**
     * Tells of a change after it was made. It is made, whatever comes of that: clients that hear nothing of it find it by its
     * numbers, so that a failure here is the operator's to know and not the caller's.
     */
    tell: async (changed: Changed | 'unchanged'): Promise<void> => {
      if (changed === 'unchanged') return;
      try {
        await announceChange(changed, announcing);
      } catch (error) {
        const { convoId, seq, membersVersion } = changed.change.after;
        logger.error('a change was not announced', {
          convo_id: convoId,
          seq_no: seq,
          version: membersVersion,
          error: error instanceof Error ? error.name : 'unknown',
        });
      }
    },
  };
}
