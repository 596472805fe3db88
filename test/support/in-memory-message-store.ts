import { setImmediate as nextTurn } from 'node:timers/promises';
import { clientStreamsAfter, recentSendersAfter } from '../../shared/messages/conversation-tail.ts';
import type { Message } from '../../shared/messages/message.ts';
import type {
  CommitOutcome,
  MessageStore,
  NewMessage,
  StoredPlace,
} from '../../shared/messages/message-store.ts';
import type { InMemoryConversations } from './in-memory-conversation-store.ts';

/**
 * What the next commit meets: a throttle before anything is written, a time-out that hides a success, or a refusal.
 */
export type CommitFault = 'throttled' | 'timed out after success' | 'refused';

export interface InMemoryMessages extends MessageStore {
  /** Every message of a conversation, by sequence number. */
  all(convoId: string): Message[];
  /** One fault per commit, in this order; then commits succeed. `undefined` lets one through. */
  fail(...faults: readonly (CommitFault | undefined)[]): void;
  readonly commits: number;
}

interface Options {
  /** Awaited before each answer, where a test wants to decide who comes next. */
  readonly pause?: () => Promise<unknown>;
  /** Refuses these for ever, and with them any batch that they are in. */
  readonly poison?: (message: Message) => boolean;
  /** Throttles these for ever, and with them any batch that they are in. */
  readonly throttle?: (message: Message) => boolean;
  /** False leaves the dedupe rows out: the control of tests that claim something of them. */
  readonly dedupes?: boolean;
}

export function inMemoryMessageStore(
  conversations: InMemoryConversations,
  { pause = nextTurn, poison = () => false, throttle = () => false, dedupes = true }: Options = {},
): InMemoryMessages {
  const messages = new Map<string, Message>();
  const dedupe = new Map<string, StoredPlace>();
  const faults: (CommitFault | undefined)[] = [];
  let commits = 0;

  /** The conditions and the writes of the one transaction; nothing comes between them. */
  const transact: MessageStoreCommit = (conversation, batch) => {
    const current = conversations.counters.get(conversation.convoId);
    const stored = new Map(
      batch.flatMap((entry, index) => {
        const place = dedupes ? dedupe.get(dedupeKey(entry)) : undefined;
        return place ? [[index, place] as const] : [];
      }),
    );
    if (stored.size > 0) return { kind: 'duplicates', stored };
    const last = batch.at(-1)?.message;
    if (!last) throw new Error('a commit needs at least one message');
    const isCurrent =
      current?.seq === conversation.seq && current.membersVersion === conversation.membersVersion;
    if (!isCurrent || batch.some((entry) => messages.has(messageKey(entry.message))))
      return { kind: 'stale' };
    const preview = last.content.slice(0, 80);
    conversations.counters.set(conversation.convoId, {
      ...current,
      seq: last.seq,
      lastMessage: { seq: last.seq, senderId: last.senderId, preview, createdAt: last.createdAt },
      recentSenders: recentSendersAfter(conversation, batch),
      clientStreams: clientStreamsAfter(conversation, batch),
    });
    for (const entry of batch) {
      messages.set(messageKey(entry.message), entry.message);
      dedupe.set(dedupeKey(entry), placeOf(entry));
    }
    return { kind: 'committed' };
  };

  return {
    get commits() {
      return commits;
    },

    all: (convoId) =>
      [...messages.values()].filter((one) => one.convoId === convoId).sort((a, b) => a.seq - b.seq),

    fail(...next) {
      faults.push(...next);
    },

    async commit(conversation, batch) {
      await pause();
      commits += 1;
      const fault = faults.shift();
      if (fault === 'refused' || batch.some(({ message }) => poison(message)))
        return { kind: 'refused', reason: 'ItemCollectionSizeLimitExceeded' };
      if (fault === 'throttled' || batch.some(({ message }) => throttle(message)))
        return { kind: 'transient', reason: 'ThrottlingError' };
      const outcome = transact(conversation, batch);
      await pause();
      return fault === 'timed out after success' ? { kind: 'transient', reason: 'TimeoutError' } : outcome;
    },

    async find(convoId, senderId, clientMsgId) {
      await pause();
      return dedupe.get(JSON.stringify([convoId, senderId, clientMsgId]));
    },

    async range(convoId, from, to) {
      await pause();
      return [...messages.values()]
        .filter((one) => one.convoId === convoId && one.seq >= from && one.seq <= to)
        .sort((a, b) => a.seq - b.seq);
    },
  };
}

type MessageStoreCommit = (...args: Parameters<MessageStore['commit']>) => CommitOutcome;

const messageKey = ({ convoId, seq }: Message) => `${convoId} ${seq}`;
const dedupeKey = ({ message }: NewMessage) =>
  JSON.stringify([message.convoId, message.senderId, message.clientMsgId]);

function placeOf({ message, bodyHash, queueMessageId }: NewMessage): StoredPlace {
  const { convoId, clientMsgId, seq, serverMsgId, createdAt } = message;
  return { convoId, clientMsgId, seq, serverMsgId, createdAt, bodyHash, queueMessageId };
}
