import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { Backoff } from '../backoff.ts';
import { type Clock, isoTime } from '../clock.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import type { Roster } from '../conversations/roster.ts';
import type { ErrorCode } from '../errors.ts';
import { type Ids, sha256 } from '../ids.ts';
import { awaitingPredecessor, inClientOrder } from './client-order.ts';
import type { Message, MessagePlace } from './message.ts';
import type { MessageStore, NewMessage, StoredPlace } from './message-store.ts';

/** A message as the queue brought it. */
export interface Incoming {
  readonly accepted: MessageAccepted;
  readonly queueMessageId: string;
  /** 1 for the first time. */
  readonly receiveCount: number;
}

/** What became of it. Only `persisted` is news for the other members. */
export type Settled =
  | { readonly kind: 'persisted'; readonly incoming: Incoming; readonly message: Message }
  | { readonly kind: 'duplicate'; readonly incoming: Incoming; readonly place: MessagePlace }
  | { readonly kind: 'rejected'; readonly incoming: Incoming; readonly code: ErrorCode }
  /** Its client sent another one before it, which is still on its way: not stored, to be received again. */
  | { readonly kind: 'early'; readonly incoming: Incoming };

export interface CommittedBatch {
  readonly settled: readonly Settled[];
  /** All members at the moment of the commit. */
  readonly memberIds: readonly string[];
}

export interface CommitDeps {
  readonly conversations: Pick<ConversationStore, 'get'>;
  readonly roster: Roster;
  readonly messages: MessageStore;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'message'>;
  readonly backoff: Backoff;
}

const attemptsMax = 6;

/**
 * Gives the messages of one conversation their places: one transaction for all of them. What was stored by an earlier
 * delivery of the same queue message counts as persisted again, so that it is pushed again; what an earlier queue
 * message stored is a duplicate. Throws when DynamoDB keeps refusing for the moment: deliver the batch again.
 */
export async function commitMessages(
  convoId: string,
  batch: readonly Incoming[],
  deps: CommitDeps,
): Promise<CommittedBatch> {
  const settled = new Map<Incoming, Settled>();
  const places = new Map<Incoming, StoredPlace>();
  const { firsts, repeats } = splitRepeats(inClientOrder(batch));
  const unsettled = () => firsts.filter((incoming) => !settled.has(incoming));
  const settleAs = (incoming: Incoming | undefined, place: StoredPlace) => {
    if (!incoming) return;
    places.set(incoming, place);
    settled.set(incoming, settleStored(incoming, place));
  };
  const result = (memberIds: readonly string[]): CommittedBatch => {
    for (const [repeat, first] of repeats) {
      const place = places.get(first);
      settled.set(repeat, place ? settleStored(repeat, place) : settleRepeat(repeat, settled.get(first)));
    }
    return { settled: batch.flatMap((incoming) => settled.get(incoming) ?? []), memberIds };
  };

  for (let attempt = 1; ; attempt += 1) {
    const conversation = await deps.conversations.get(convoId);
    const memberIds = conversation ? await deps.roster.of(conversation) : [];
    for (const incoming of unsettled().filter(isStranger(memberIds))) {
      // Somebody who left may have been stored before: a redelivery must not tell them otherwise.
      const place = await findPlace(incoming, deps);
      if (place) settleAs(incoming, place);
      else settled.set(incoming, { kind: 'rejected', incoming, code: 'conversation.not_found' });
    }
    for (const incoming of awaitingPredecessor(unsettled(), conversation ?? noStreams)) {
      settled.set(incoming, { kind: 'early', incoming });
    }
    const open = unsettled();
    if (!conversation || open.length === 0) return result(memberIds);

    const news = open.map((incoming, index) => newMessage(incoming, conversation, index, deps));
    const outcome = await deps.messages.commit(conversation, news);
    if (outcome.kind === 'refused') throw new CommitRefused(outcome.reason);
    if (outcome.kind === 'committed') {
      for (const [index, { message }] of news.entries()) {
        const incoming = open[index];
        if (incoming) settled.set(incoming, { kind: 'persisted', incoming, message });
      }
      return result(memberIds);
    }
    if (outcome.kind === 'duplicates') {
      for (const [index, place] of outcome.stored) settleAs(open[index], place);
    }
    const reason = outcome.kind === 'transient' ? outcome.reason : outcome.kind;
    if (attempt === attemptsMax)
      throw new Error(`the commit did not succeed in ${attemptsMax} tries: ${reason}`);
    // A stale counter is known better at once; a throttle is not.
    if (outcome.kind === 'transient') await deps.backoff.wait(attempt);
  }
}

/** DynamoDB says that it will never take this batch: delivering it again changes nothing. */
export class CommitRefused extends Error {
  constructor(reason: string) {
    super(`DynamoDB refused the commit: ${reason}`);
    this.name = 'CommitRefused';
  }
}

const noStreams = { clientStreams: {} };

function isStranger(memberIds: readonly string[]): (incoming: Incoming) => boolean {
  const members = new Set(memberIds);
  return ({ accepted }) => !members.has(accepted.sender_id);
}

function findPlace({ accepted }: Incoming, { messages }: CommitDeps): Promise<StoredPlace | undefined> {
  return messages.find(accepted.convo_id, accepted.sender_id, accepted.client_msg_id);
}

function newMessage(
  incoming: Incoming,
  conversation: Conversation,
  index: number,
  deps: CommitDeps,
): NewMessage {
  const { accepted, queueMessageId } = incoming;
  const message: Message = {
    convoId: conversation.convoId,
    seq: conversation.seq + 1 + index,
    serverMsgId: deps.ids.message(),
    senderId: accepted.sender_id,
    clientMsgId: accepted.client_msg_id,
    content: accepted.content,
    createdAt: isoTime(deps.clock.now()),
  };
  const { session_id: sessionId, client_seq: number } = accepted;
  const clientSeq = number === undefined ? undefined : { sessionId, number };
  return { message, bodyHash: bodyHash(accepted), queueMessageId, clientSeq };
}

/** Everything that a sender can choose about a message: the same id with another of it is a misuse. */
function bodyHash(accepted: MessageAccepted): string {
  return sha256(JSON.stringify([accepted.content]));
}

function settleStored(incoming: Incoming, place: StoredPlace): Settled {
  const { accepted, queueMessageId } = incoming;
  if (place.queueMessageId === queueMessageId) {
    const message = { ...place, senderId: accepted.sender_id, content: accepted.content };
    return { kind: 'persisted', incoming, message };
  }
  if (place.bodyHash !== bodyHash(accepted)) return { kind: 'rejected', incoming, code: 'message.id_reused' };
  return { kind: 'duplicate', incoming, place };
}

/** The second frame with one id in one batch: DynamoDB takes an item once per transaction, so it waits for the first. */
function settleRepeat(repeat: Incoming, first: Settled | undefined): Settled {
  if (first?.kind === 'rejected' || first?.kind === 'early') return { ...first, incoming: repeat };
  if (!first) throw new Error('a repeated message has no first one');
  if (bodyHash(repeat.accepted) !== bodyHash(first.incoming.accepted)) {
    return { kind: 'rejected', incoming: repeat, code: 'message.id_reused' };
  }
  return {
    kind: 'duplicate',
    incoming: repeat,
    place: first.kind === 'persisted' ? first.message : first.place,
  };
}

function splitRepeats(batch: readonly Incoming[]) {
  const firsts = new Map<string, Incoming>();
  const repeats = new Map<Incoming, Incoming>();
  for (const incoming of batch) {
    const key = JSON.stringify([incoming.accepted.sender_id, incoming.accepted.client_msg_id]);
    const first = firsts.get(key);
    if (first) repeats.set(incoming, first);
    else firsts.set(key, incoming);
  }
  return { firsts: [...firsts.values()], repeats };
}
