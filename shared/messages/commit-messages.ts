import type { Backoff } from '../backoff.ts';
import { type Clock, isoTime } from '../clock.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import type { Member } from '../conversations/roster.ts';
import type { ErrorCode } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { awaitingPredecessor, inClientOrder } from './client-order.ts';
import { type Folded, foldTimeline } from './fold-timeline.ts';
import { bodyHash, type Incoming, requestKey } from './incoming.ts';
import { type LoadDeps, loadTimeline } from './load-timeline.ts';
import type { Message, MessagePlace } from './message.ts';
import {
  type ChangeMark,
  type CommitOutcome,
  type MessageStore,
  type NewEntry,
  noEffects,
  type StoredPlace,
} from './message-store.ts';

/** What became of a message or a change. Only `persisted` is news for the other members. */
export type Settled =
  | {
      readonly kind: 'persisted';
      readonly incoming: Incoming;
      /** The new message, or the changed one, in its present state. */
      readonly message: Message;
      readonly change?: ChangeMark;
      /** Of a message in a thread: its root as it is now, and the number of the change that the message made of it. */
      readonly rooted?: { readonly root: Message; readonly rev: number };
    }
  | {
      readonly kind: 'duplicate';
      readonly incoming: Incoming;
      readonly place: MessagePlace;
      readonly change?: ChangeMark;
    }
  | { readonly kind: 'rejected'; readonly incoming: Incoming; readonly code: ErrorCode }
  /** Its client sent another one before it, which is still on its way: not stored, to be received again. */
  | { readonly kind: 'early'; readonly incoming: Incoming };

export interface CommittedBatch {
  readonly settled: readonly Settled[];
  /** As it was before the commit; undefined: there is none. */
  readonly conversation: Conversation | undefined;
  /** All members at the moment of the commit. */
  readonly members: readonly Member[];
}

export interface CommitDeps extends LoadDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'pins'>;
  readonly messages: Pick<MessageStore, 'commit' | 'find' | 'many' | 'versions'>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'message'>;
  readonly backoff: Backoff;
}

/** What is known for good of a frame; its repeats in the batch are judged by it too. */
type Verdict = { readonly place: StoredPlace } | { readonly code: ErrorCode } | 'early';

const attemptsMax = 6;

/**
 * Gives the messages and changes of one conversation their numbers: one transaction for all of them. What was stored by
 * an earlier delivery of the same queue message counts as persisted again, so that it is pushed again; what an earlier
 * queue message stored is a duplicate. Throws when DynamoDB keeps refusing for the moment: deliver the batch again.
 */
export async function commitMessages(
  convoId: string,
  batch: readonly Incoming[],
  deps: CommitDeps,
): Promise<CommittedBatch> {
  const verdicts = new Map<string, Verdict>();
  const firsts = withoutRepeats(inClientOrder(batch));
  for (let attempt = 1; ; attempt += 1) {
    const open = firsts.filter((incoming) => !verdicts.has(requestKey(incoming)));
    const conversation = await deps.conversations.get(convoId);
    const { folded, members, early } = await foldOpen(conversation, open, deps);
    const outcome = await store(conversation, folded, deps);
    if (outcome.kind === 'committed') {
      for (const [key, verdict] of await verdictsOf(folded, early, deps)) verdicts.set(key, verdict);
      const settled = await settleAll(convoId, batch, verdicts, folded.present, deps);
      return { settled, conversation, members };
    }
    await beforeNextAttempt(outcome, attempt, deps);
    if (outcome.kind === 'duplicates') {
      for (const [index, place] of outcome.stored) {
        const incoming = folded.accepted[index];
        if (incoming) verdicts.set(requestKey(incoming), { place });
      }
    }
  }
}

/** DynamoDB says that it will never take this batch: delivering it again changes nothing. */
export class CommitRefused extends Error {
  constructor(reason: string) {
    super(`DynamoDB refused the commit: ${reason}`);
    this.name = 'CommitRefused';
  }
}

/** What the conversation would be after those frames, and which of them came before their predecessors. */
async function foldOpen(conversation: Conversation | undefined, open: readonly Incoming[], deps: CommitDeps) {
  if (!conversation) return { folded: nothingOf(open), members: [], early: new Set<Incoming>() };
  const timeline = await loadTimeline(conversation, open, deps);
  const memberIds = new Set(timeline.members.map(({ userId }) => userId));
  const ofMembers = open.filter(({ accepted }) => memberIds.has(accepted.sender_id));
  const early = awaitingPredecessor(ofMembers, conversation);
  const inTime = open.filter((incoming) => !early.has(incoming));
  const moment = { at: isoTime(deps.clock.now()), newId: () => deps.ids.message() };
  return { folded: foldTimeline(timeline, inTime, moment), members: timeline.members, early };
}

function nothingOf(batch: readonly Incoming[]): Folded {
  const rejected = new Map(batch.map((incoming) => [incoming, 'conversation.not_found'] as const));
  return { entries: [], accepted: [], rejected, effects: noEffects, present: new Map() };
}

async function store(
  conversation: Conversation | undefined,
  { entries, effects }: Folded,
  { messages }: CommitDeps,
): Promise<CommitOutcome> {
  if (!conversation || entries.length === 0) return { kind: 'committed' };
  return await messages.commit(conversation, entries, effects);
}

/** A stale counter is known better at once, a throttle is not. Throws when there is no next attempt. */
async function beforeNextAttempt(
  outcome: Exclude<CommitOutcome, { kind: 'committed' }>,
  attempt: number,
  { backoff }: CommitDeps,
): Promise<void> {
  if (outcome.kind === 'refused') throw new CommitRefused(outcome.reason);
  const reason = outcome.kind === 'transient' ? outcome.reason : outcome.kind;
  if (attempt === attemptsMax) {
    throw new Error(`the commit did not succeed in ${attemptsMax} tries: ${reason}`);
  }
  if (outcome.kind === 'transient') await backoff.wait(attempt);
}

/**
 * After a commit. A rejection is final only now, because it may have rested on something that was not to be; and what is
 * refused today may have been stored before: a redelivery must not tell its sender otherwise.
 */
async function verdictsOf(
  folded: Folded,
  early: ReadonlySet<Incoming>,
  { messages }: CommitDeps,
): Promise<[string, Verdict][]> {
  const stored = folded.accepted.flatMap((incoming, index): [string, Verdict][] => {
    const entry = folded.entries[index];
    return entry ? [[requestKey(incoming), { place: placeOf(entry) }]] : [];
  });
  const rejected = [...folded.rejected].map(async ([incoming, code]): Promise<[string, Verdict]> => {
    const { convo_id, sender_id, client_msg_id } = incoming.accepted;
    const place = await messages.find(convo_id, sender_id, client_msg_id);
    return [requestKey(incoming), place ? { place } : { code }];
  });
  const waiting = [...early].map((incoming): [string, Verdict] => [requestKey(incoming), 'early']);
  return [...stored, ...waiting, ...(await Promise.all(rejected))];
}

/** What stands in the table once this entry was committed. */
function placeOf(entry: NewEntry): StoredPlace {
  const { bodyHash: hash, queueMessageId } = entry;
  const { convoId, clientMsgId, seq, serverMsgId, createdAt } =
    'message' in entry ? entry.message : entry.place;
  const place = { convoId, clientMsgId, seq, serverMsgId, createdAt, bodyHash: hash, queueMessageId };
  if ('change' in entry) return { ...place, change: entry.change };
  return entry.rooted ? { ...place, rooted: entry.rooted } : place;
}

/** In the order of the queue. Messages that an earlier delivery stored are read again: they may have changed since. */
async function settleAll(
  convoId: string,
  batch: readonly Incoming[],
  verdicts: ReadonlyMap<string, Verdict>,
  present: ReadonlyMap<number, Message>,
  { messages }: CommitDeps,
): Promise<Settled[]> {
  const judged = batch.map((incoming) => judge(incoming, verdicts.get(requestKey(incoming))));
  const seqs = judged.flatMap((one) => {
    if (one.kind !== 'stored') return [];
    return one.place.rooted ? [one.place.seq, one.place.rooted.seq] : [one.place.seq];
  });
  const unknown = [...new Set(seqs)].filter((seq) => !present.has(seq));
  const read = unknown.length > 0 ? await messages.many(convoId, unknown) : [];
  const known = new Map([...present, ...read.map((message) => [message.seq, message] as const)]);
  return judged.map((one) => (one.kind === 'stored' ? persisted(one, known) : one));
}

type Stored = { readonly kind: 'stored'; readonly incoming: Incoming; readonly place: StoredPlace };

function judge(
  incoming: Incoming,
  verdict: Verdict | undefined,
): Stored | Exclude<Settled, { kind: 'persisted' }> {
  if (!verdict) throw new Error('a frame of the batch was not judged');
  if (verdict === 'early') return { kind: 'early', incoming };
  if ('code' in verdict) return { kind: 'rejected', incoming, code: verdict.code };
  const { place } = verdict;
  if (place.queueMessageId === incoming.queueMessageId) return { kind: 'stored', incoming, place };
  if (place.bodyHash !== bodyHash(incoming.accepted)) {
    return { kind: 'rejected', incoming, code: 'message.id_reused' };
  }
  return { kind: 'duplicate', incoming, place, ...(place.change && { change: place.change }) };
}

function persisted({ incoming, place }: Stored, known: ReadonlyMap<number, Message>): Settled {
  const message = presentIn(known, place.seq);
  const rooted = place.rooted && { root: presentIn(known, place.rooted.seq), rev: place.rooted.rev };
  return {
    kind: 'persisted',
    incoming,
    message,
    ...(place.change && { change: place.change }),
    ...(rooted && { rooted }),
  };
}

function presentIn(known: ReadonlyMap<number, Message>, seq: number): Message {
  const message = known.get(seq);
  if (!message) throw new Error(`message ${seq} is acknowledged and not there`);
  return message;
}

/** DynamoDB takes an item once per transaction: of several frames with one id the first is stored, or none. */
function withoutRepeats(batch: readonly Incoming[]): Incoming[] {
  const firsts = new Map<string, Incoming>();
  for (const incoming of batch) {
    const key = requestKey(incoming);
    if (!firsts.has(key)) firsts.set(key, incoming);
  }
  return [...firsts.values()];
}
