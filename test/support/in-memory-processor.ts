/** Everything that the processor of messages needs, in memory: one conversation, its members, and troubles on demand. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cachedRoster } from '../../shared/conversations/roster.ts';
import {
  aConversation,
  anna,
  ben,
  convoId,
  countingIds,
  instantBackoff,
  membershipsOf,
  movableClock,
} from './builders.ts';
import { inMemoryConnectionStore, inMemorySockets } from './in-memory-connections.ts';
import { inMemoryConversationStore } from './in-memory-conversation-store.ts';
import { inMemoryMessageStore } from './in-memory-message-store.ts';
import { inMemoryQueueControl } from './in-memory-queue.ts';
import { inMemoryWebhookQueue } from './in-memory-webhooks.ts';

interface Options {
  readonly members?: readonly string[];
  /** Who owns the conversation; nobody, if nothing is said. */
  readonly owner?: string;
  readonly type?: 'direct' | 'group';
  /** The client_msg_id of a message or change that DynamoDB refuses for ever. */
  readonly poison?: string;
  /** The client_msg_id of a message or change that DynamoDB throttles for ever. */
  readonly throttle?: string;
  readonly dedupes?: boolean;
  readonly pause?: () => Promise<unknown>;
}

export function inMemoryProcessor(options: Options = {}) {
  const { members = [anna, ben], poison, throttle, dedupes = true, pause = nextTurn } = options;
  const { owner, type = 'group' } = options;
  const clock = movableClock();
  const conversations = inMemoryConversationStore(pause);
  const conversation = aConversation({ convoId: convoId('team'), members, type });
  conversations.put(conversation, membershipsOf(conversation, members, owner));
  const is = (id: string | undefined) => (clientMsgId: string) => clientMsgId === id;
  return {
    clock,
    conversations,
    messages: inMemoryMessageStore(conversations, {
      pause,
      dedupes,
      poison: is(poison),
      throttle: is(throttle),
    }),
    roster: cachedRoster(conversations),
    connections: inMemoryConnectionStore(clock),
    gateway: inMemorySockets(),
    queue: inMemoryQueueControl(),
    webhooks: inMemoryWebhookQueue(),
    backoff: instantBackoff(),
    ids: countingIds(),
    maxReceiveCount: 5,
  };
}
