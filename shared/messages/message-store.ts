import type { Conversation } from '../conversations/conversation.ts';
import type { Message, MessagePlace } from './message.ts';

/** A message on its way into the table, and what tells a retry of it from a misuse of its id. */
export interface NewMessage {
  readonly message: Message;
  readonly bodyHash: string;
  /** The client's number for it, if it has one. */
  readonly clientSeq?: { readonly sessionId: string; readonly number: number } | undefined;
  /** The queue message that brings it: a redelivery carries the same one, a client's retry another. */
  readonly queueMessageId: string;
}

/** What stands in the table under a message's (conversation, sender, client_msg_id). */
export interface StoredPlace extends MessagePlace {
  readonly bodyHash: string;
  readonly queueMessageId: string;
}

export type CommitOutcome =
  | { readonly kind: 'committed' }
  /** Some were stored before, by index; nothing of this batch was written. */
  | { readonly kind: 'duplicates'; readonly stored: ReadonlyMap<number, StoredPlace> }
  /** The counter or the membership moved since it was read; nothing was written. */
  | { readonly kind: 'stale' }
  /** A conflict, a throttle or a fault: nothing is known to be written, and the same again may succeed. */
  | { readonly kind: 'transient'; readonly reason: string }
  /** DynamoDB will never take it; nothing was written. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface MessageStore {
  /**
   * One transaction: the counter moves from `conversation.seq` to the last message's seq if neither it nor the
   * membership changed, and each message is written together with its dedupe row if neither was there.
   */
  commit(conversation: Conversation, messages: readonly NewMessage[]): Promise<CommitOutcome>;
  /** What stands under a (conversation, sender, client_msg_id); strongly consistent. */
  find(convoId: string, senderId: string, clientMsgId: string): Promise<StoredPlace | undefined>;
  /** Messages with `from` ≤ seq ≤ `to`, ascending, strongly consistent. */
  range(convoId: string, from: number, to: number): Promise<Message[]>;
}
