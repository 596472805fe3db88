/** Everything that changes of the membership need, in memory: one conversation, people, and who is connected. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Role } from '../../events/server-frames.ts';
import type { WebhookDelivery } from '../../events/webhook-delivery.ts';
import { announceChange } from '../../shared/conversations/announce-change.ts';
import type { Changed } from '../../shared/conversations/change-conversation.ts';
import type { Conversation } from '../../shared/conversations/conversation.ts';
import {
  aConnection,
  aConversation,
  anna,
  aProfile,
  ben,
  cleo,
  convoId,
  countingIds,
  instantBackoff,
  movableClock,
} from './builders.ts';
import { inMemoryBlockStore } from './in-memory-block-store.ts';
import { inMemoryConnectionStore, inMemorySockets } from './in-memory-connections.ts';
import { type ChangeFault, inMemoryConversationChanges } from './in-memory-conversation-changes.ts';
import { inMemoryConversationStore } from './in-memory-conversation-store.ts';
import { inMemoryMessageStore } from './in-memory-message-store.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';

export const team = convoId('team');

interface Options {
  /** Default: Anna owns it, Ben is an admin, Cleo a member. */
  readonly roles?: Readonly<Record<string, Role>>;
  readonly conversation?: Partial<Conversation>;
  readonly faults?: readonly ChangeFault[];
  readonly pause?: () => Promise<unknown>;
}

export function inMemoryTeam(options: Options = {}) {
  const { roles = { [anna]: 'owner', [ben]: 'admin', [cleo]: 'member' }, pause = nextTurn } = options;
  const clock = movableClock();
  const conversations = inMemoryConversationStore(pause);
  const messages = inMemoryMessageStore(conversations, { pause });
  const changes = inMemoryConversationChanges(conversations, { pause, messages });
  const members = Object.keys(roles);
  const conversation = aConversation({ convoId: team, members, ...options.conversation });
  conversations.put(
    conversation,
    Object.entries(roles).map(([userId, role]) => ({ convoId: team, userId, role, readSeq: 0 })),
  );
  changes.fail(...(options.faults ?? []));
  const users = inMemoryUserStore(
    ...['anna', 'ben', 'cleo', 'dora', 'stranger'].map((name) => aProfile(name)),
  );
  const connections = inMemoryConnectionStore(clock);
  const gateway = inMemorySockets();
  const deliveries: WebhookDelivery[] = [];
  const deps = {
    clock,
    conversations,
    messages,
    changes,
    users,
    blocks: inMemoryBlockStore(users),
    connections,
    gateway,
    webhooks: { enqueue: async (more: readonly WebhookDelivery[]) => void deliveries.push(...more) },
    ids: countingIds(),
    backoff: instantBackoff(),
  };

  return {
    ...deps,
    deps,
    deliveries,
    /** The counters as they stand. */
    now: (): Conversation => {
      const found = conversations.counters.get(team);
      if (!found) throw new Error('the conversation is there');
      return found;
    },
    /** Who is in it, and as what. */
    roster: async () => {
      return Object.fromEntries((await conversations.roster(team)).map(({ userId, role }) => [userId, role]));
    },
    /** The lines that were written: code and parameters. */
    lines: () => changes.lines.map(({ seq, senderId, system }) => ({ seq, by: senderId, ...system })),
    /** Opens a connection of each of them, named after its person. */
    connect: async (...people: readonly string[]) => {
      for (const person of people) await connections.open(aConnection(person));
    },
    tell: async (changed: Changed | 'unchanged') => {
      if (changed === 'unchanged') throw new Error('there is nothing to tell');
      return await announceChange(changed, deps);
    },
    /** What a person's connection was told, in order. */
    told: (person: string) => gateway.events(`connection-of-${person}`),
  };
}
