import type { Conversation } from '../conversations/conversation.ts';
import type { FormerText, Message, MessagePlace } from './message.ts';

/** What tells a retry of a frame from a misuse of its id, and keeps its client's order. */
interface Request {
  readonly bodyHash: string;
  /** The client's number for it, if it has one. */
  readonly clientSeq?: { readonly sessionId: string; readonly number: number } | undefined;
  /** The queue message that brings it: a redelivery carries the same one, a client's retry another. */
  readonly queueMessageId: string;
}

/** A message on its way into the table, as it is after the whole commit. */
export interface NewMessage extends Request {
  readonly message: Message;
  /** Of a message in a thread: how its root changed by it. */
  readonly rooted?: LogEntry;
}

/** A change on its way into the table: who asked for it, the message that it is about, and what it came to. */
export interface NewChange extends Request {
  readonly place: MessagePlace & { readonly senderId: string };
  readonly change: ChangeMark;
}

/** One record of the queue that is to be stored; both kinds leave a dedupe row. */
export type NewEntry = NewMessage | NewChange;

export interface ChangeMark {
  /** The conversation's change number after it. */
  readonly rev: number;
  /** False: the message was like that already, and `rev` is another change's number. */
  readonly effective: boolean;
}

/** What stands in the table under a (conversation, sender, client_msg_id). */
export interface StoredPlace extends MessagePlace {
  readonly bodyHash: string;
  readonly queueMessageId: string;
  /** Of a change. */
  readonly change?: ChangeMark;
  /** Of a message in a thread: the change of its root, and which message that is. */
  readonly rooted?: LogEntry;
}

/** What the changes of a commit do to what was there before it. */
export interface Effects {
  /** Messages that were there before, as they are after the commit. */
  readonly changed: readonly Message[];
  /** Every effective change, in the order of their numbers: `conversation.rev` + 1, + 2, … */
  readonly log: readonly LogEntry[];
  /** The former texts of edited messages; an empty list of deleted ones. */
  readonly formerTexts: ReadonlyMap<number, readonly FormerText[]>;
  /** The pinned messages, if that changed. */
  readonly pins?: readonly number[];
}

export interface LogEntry {
  readonly rev: number;
  readonly seq: number;
}

export const noEffects: Effects = { changed: [], log: [], formerTexts: new Map() };

export type CommitOutcome =
  | { readonly kind: 'committed' }
  /** Some were stored before, by index; nothing of this batch was written. */
  | { readonly kind: 'duplicates'; readonly stored: ReadonlyMap<number, StoredPlace> }
  /** A counter or the membership moved since it was read; nothing was written. */
  | { readonly kind: 'stale' }
  /** A conflict, a throttle or a fault: nothing is known to be written, and the same again may succeed. */
  | { readonly kind: 'transient'; readonly reason: string }
  /** DynamoDB will never take it; nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string };

/** A page of the change log. */
export interface ChangePage {
  /** The messages that changed, each once, in the order of their last change in this page. */
  readonly seqs: number[];
  /** The same with the number of that change. */
  readonly changes: readonly LogEntry[];
  /** How far the page goes; the number that was asked for when nothing changed since. */
  readonly rev: number;
  readonly hasMore: boolean;
}

export interface MessageStore {
  /**
   * One transaction: the counters move from `conversation.seq` and `conversation.rev` to those of the last message and
   * the last change, if neither they nor the membership changed; each entry is written with its dedupe row if that
   * was not there; and `effects` on older messages.
   */
  commit(conversation: Conversation, entries: readonly NewEntry[], effects?: Effects): Promise<CommitOutcome>;
  /** What stands under a (conversation, sender, client_msg_id); strongly consistent. */
  find(convoId: string, senderId: string, clientMsgId: string): Promise<StoredPlace | undefined>;
  /** Messages with `from` ≤ seq ≤ `to` in their present state, ascending, strongly consistent. */
  range(convoId: string, from: number, to: number): Promise<Message[]>;
  /** Those of these messages that exist, in their present state, ascending, strongly consistent. */
  many(convoId: string, seqs: readonly number[]): Promise<Message[]>;
  /** What a message said before, the oldest first, without its present text; strongly consistent. */
  versions(convoId: string, seq: number): Promise<FormerText[]>;
  /** The first `limit` changes after `rev`; strongly consistent. */
  changedSince(convoId: string, rev: number, limit: number): Promise<ChangePage>;
}
