import type { Conversation, Membership } from './conversation.ts';

export interface MembershipPage {
  readonly memberships: Membership[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

export interface ConversationStore {
  /** Writes a conversation with all its members. `exists`: somebody else made this id first; nothing was changed. */
  create(conversation: Conversation, members: readonly Membership[]): Promise<'created' | 'exists'>;
  /** Strongly consistent. */
  get(convoId: string): Promise<Conversation | undefined>;
  /** Strongly consistent; those that exist, in no particular order. */
  getMany(convoIds: readonly string[]): Promise<Conversation[]>;
  /** One person's membership; a fresh one is always seen, one that just ended may be seen for a moment more. */
  membership(userId: string, convoId: string): Promise<Membership | undefined>;
  /** Strongly consistent, in the order of their ids. */
  memberships(
    userId: string,
    options: { limit: number; after?: string | undefined },
  ): Promise<MembershipPage>;
  /** The ids of all members. */
  roster(convoId: string): Promise<string[]>;
  /** Moves a read mark forward. False: it was there or further already, or the person is no member. */
  advanceReadSeq(userId: string, convoId: string, seq: number): Promise<boolean>;
}
