import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conversation } from '../../shared/conversations/conversation.ts';
import { changePage } from '../../shared/messages/change-log.ts';
import {
  clientStreamsAfter,
  lastMessageAfter,
  newMessages,
  recentSendersAfter,
} from '../../shared/messages/conversation-tail.ts';
import type { FormerText, Message } from '../../shared/messages/message.ts';
import {
  type CommitOutcome,
  type Effects,
  type LogEntry,
  type MessageStore,
  type NewEntry,
  noEffects,
  type StoredPlace,
} from '../../shared/messages/message-store.ts';
import type { InMemoryConversations } from './in-memory-conversation-store.ts';

/**
 * What the next commit meets: a throttle before anything is written, a time-out that hides a success, or a refusal.
 */
export type CommitFault = 'throttled' | 'timed out after success' | 'refused';

export interface InMemoryMessages extends MessageStore {
  /** Every message of a conversation, by sequence number. */
  all(convoId: string): Message[];
  /** Puts a message where its number says, as the second writer of timelines does. */
  put(message: Message): void;
  /** The whole change log of a conversation, by change number. */
  log(convoId: string): LogEntry[];
  /** Everything that is kept, in words: to look for what should not be. */
  everything(): string;
  /** One fault per commit, in this order; then commits succeed. `undefined` lets one through. */
  fail(...faults: readonly (CommitFault | undefined)[]): void;
  readonly commits: number;
}

interface Options {
  /** Awaited before each answer, where a test wants to decide who comes next. */
  readonly pause?: () => Promise<unknown>;
  /** Refuses these for ever, and with them any batch that they are in. */
  readonly poison?: (clientMsgId: string) => boolean;
  /** Throttles these for ever, and with them any batch that they are in. */
  readonly throttle?: (clientMsgId: string) => boolean;
  /** False leaves the dedupe rows out: the control of tests that claim something of them. */
  readonly dedupes?: boolean;
}

interface Tables {
  readonly messages: Map<string, Message>;
  readonly dedupe: Map<string, StoredPlace>;
  readonly log: Map<string, LogEntry & { readonly convoId: string }>;
  readonly formerTexts: Map<string, readonly FormerText[]>;
}

export function inMemoryMessageStore(
  conversations: InMemoryConversations,
  { pause = nextTurn, poison = () => false, throttle = () => false, dedupes = true }: Options = {},
): InMemoryMessages {
  const tables: Tables = { messages: new Map(), dedupe: new Map(), log: new Map(), formerTexts: new Map() };
  const { messages, dedupe } = tables;
  const faults: (CommitFault | undefined)[] = [];
  let commits = 0;
  const messagesOf = (convoId: string) =>
    [...messages.values()].filter((one) => one.convoId === convoId).sort((a, b) => a.seq - b.seq);
  const logOf = (convoId: string): LogEntry[] =>
    [...tables.log.values()]
      .filter((entry) => entry.convoId === convoId)
      .map(({ rev, seq }) => ({ rev, seq }))
      .sort((a, b) => a.rev - b.rev);

  /** The conditions and the writes of the one transaction; nothing comes between them. */
  const transact = (known: Conversation, entries: readonly NewEntry[], effects: Effects): CommitOutcome => {
    if (entries.length === 0) throw new Error('a commit needs at least one message or change');
    const stored = storedBefore(entries, dedupes ? dedupe : new Map());
    if (stored.size > 0) return { kind: 'duplicates', stored };
    const current = conversations.counters.get(known.convoId);
    if (!current || !isSame(current, known) || !conditionsHold(known.convoId, entries, effects, tables))
      return { kind: 'stale' };
    conversations.counters.set(known.convoId, advanced(current, known, entries, effects));
    if (effects.pins) conversations.pinned.set(known.convoId, effects.pins);
    write(known.convoId, entries, effects, tables);
    return { kind: 'committed' };
  };

  return {
    get commits() {
      return commits;
    },

    all: messagesOf,
    put: (message) => void messages.set(key(message.convoId, message.seq), message),
    log: logOf,
    everything: () =>
      JSON.stringify([
        ...Object.values(tables).map((table: Map<string, unknown>) => [...table]),
        [...conversations.counters],
        [...conversations.pinned],
      ]),

    fail(...next) {
      faults.push(...next);
    },

    async commit(conversation, entries, effects = noEffects) {
      await pause();
      commits += 1;
      const fault = faults.shift();
      const ids = entries.map((entry) => placeIn(entry).clientMsgId);
      if (fault === 'refused' || ids.some(poison))
        return { kind: 'refused', reason: 'ItemCollectionSizeLimitExceeded' };
      if (fault === 'throttled' || ids.some(throttle))
        return { kind: 'transient', reason: 'ThrottlingError' };
      const outcome = transact(conversation, entries, effects);
      await pause();
      return fault === 'timed out after success' ? { kind: 'transient', reason: 'TimeoutError' } : outcome;
    },

    async find(convoId, senderId, clientMsgId) {
      await pause();
      return dedupe.get(JSON.stringify([convoId, senderId, clientMsgId]));
    },

    async range(convoId, from, to) {
      await pause();
      return messagesOf(convoId).filter(({ seq }) => seq >= from && seq <= to);
    },

    async many(convoId, seqs) {
      await pause();
      return messagesOf(convoId).filter(({ seq }) => seqs.includes(seq));
    },

    async versions(convoId, seq) {
      await pause();
      return [...(tables.formerTexts.get(key(convoId, seq)) ?? [])];
    },

    async changedSince(convoId, rev, limit) {
      await pause();
      const after = logOf(convoId).filter((entry) => entry.rev > rev);
      return changePage(after.slice(0, limit + 1), rev, limit);
    },
  };
}

const key = (convoId: string, number: number) => `${convoId} ${number}`;
const placeIn = (entry: NewEntry) => ('message' in entry ? entry.message : entry.place);

function dedupeKey(entry: NewEntry): string {
  const { convoId, senderId, clientMsgId } = placeIn(entry);
  return JSON.stringify([convoId, senderId, clientMsgId]);
}

function placeOf(entry: NewEntry): StoredPlace {
  const { convoId, clientMsgId, seq, serverMsgId, createdAt } = placeIn(entry);
  const { bodyHash, queueMessageId } = entry;
  const place = { convoId, clientMsgId, seq, serverMsgId, createdAt, bodyHash, queueMessageId };
  if ('change' in entry) return { ...place, change: entry.change };
  return entry.rooted ? { ...place, rooted: entry.rooted } : place;
}

function storedBefore(entries: readonly NewEntry[], dedupe: ReadonlyMap<string, StoredPlace>) {
  return new Map(
    entries.flatMap((entry, index) => {
      const place = dedupe.get(dedupeKey(entry));
      return place ? [[index, place] as const] : [];
    }),
  );
}

function isSame(current: Conversation, known: Conversation): boolean {
  return (
    current.seq === known.seq && current.rev === known.rev && current.membersVersion === known.membersVersion
  );
}

function conditionsHold(
  convoId: string,
  entries: readonly NewEntry[],
  { changed, log }: Effects,
  tables: Tables,
): boolean {
  return (
    newMessages(entries).every(({ seq }) => !tables.messages.has(key(convoId, seq))) &&
    changed.every(({ seq }) => tables.messages.has(key(convoId, seq))) &&
    log.every(({ rev }) => !tables.log.has(key(convoId, rev)))
  );
}

function advanced(
  current: Conversation,
  known: Conversation,
  entries: readonly NewEntry[],
  effects: Effects,
): Conversation {
  return {
    ...current,
    seq: newMessages(entries).at(-1)?.seq ?? current.seq,
    rev: current.rev + effects.log.length,
    lastMessage: lastMessageAfter(known, entries, effects) ?? current.lastMessage,
    recentSenders: recentSendersAfter(known, entries),
    clientStreams: clientStreamsAfter(known, entries),
  };
}

function write(convoId: string, entries: readonly NewEntry[], effects: Effects, tables: Tables): void {
  for (const message of [...newMessages(entries), ...effects.changed]) {
    tables.messages.set(key(convoId, message.seq), message);
  }
  for (const entry of entries) tables.dedupe.set(dedupeKey(entry), placeOf(entry));
  for (const entry of effects.log) tables.log.set(key(convoId, entry.rev), { ...entry, convoId });
  for (const [seq, texts] of effects.formerTexts) {
    if (texts.length > 0) tables.formerTexts.set(key(convoId, seq), texts);
    else tables.formerTexts.delete(key(convoId, seq));
  }
}
