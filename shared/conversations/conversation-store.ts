import type { Conversation, Details, Membership, RosterEntry, UnreadMark } from './conversation.ts';

export interface MembershipPage {
  readonly memberships: Membership[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

export interface ConversationStore {
  /** Writes a conversation with all its members. `exists`: somebody else made this id first; nothing was changed. */
  create(
    conversation: Conversation,
    members: readonly Membership[],
    details?: Details,
  ): Promise<'created' | 'exists'>;
  /** Strongly consistent. */
  get(convoId: string): Promise<Conversation | undefined>;
  /** Strongly consistent; those that exist, in no particular order. */
  getMany(convoIds: readonly string[]): Promise<Conversation[]>;
  /** Topic and avatar of those that have any (`hasDetails`); strongly consistent. */
  details(convoIds: readonly string[]): Promise<Map<string, Details>>;
  /**
   * One person's membership, of present members only; a fresh one is always seen. Unless `consistent`, one that just ended may be seen for a moment
   * more, and its marks may be those of a moment ago.
   */
  membership(
    userId: string,
    convoId: string,
    options?: { consistent?: boolean },
  ): Promise<Membership | undefined>;
  /** The same, also of whoever is no member any more; strongly consistent. */
  standing(userId: string, convoId: string): Promise<Membership | undefined>;
  /**
   * Somebody's memberships, also where they are no member any more; strongly consistent, in the order of the conversations' ids.
   * A page may be shorter than `limit`.
   */
  standings(userId: string, options: { limit: number; after?: string | undefined }): Promise<MembershipPage>;
  /** All members, in the order of their ids; strongly consistent. */
  roster(convoId: string): Promise<RosterEntry[]>;
  /** A page of it. */
  rosterPage(
    convoId: string,
    options: { limit: number; after?: string | undefined },
  ): Promise<{ members: RosterEntry[]; next: string | undefined }>;
  /** The numbers of the pinned messages, in the order of pinning; strongly consistent. */
  pins(convoId: string): Promise<number[]>;
  /** These people's memberships of one conversation, of present members only; strongly consistent; those that exist, in no particular order. */
  membershipsIn(convoId: string, userIds: readonly string[]): Promise<Membership[]>;
  /**
   * Moves a read mark forward and takes away a mark that was put back. Such a one is also taken away, as `resumed`, by
   * reading beyond it what was read before, but not by a request that came in before it (`atMs`).
   * `unchanged`: it was there or further already, or the person is no member.
   */
  advanceReadSeq(userId: string, convoId: string, mark: UnreadMark): Promise<ReadOutcome>;
  /** Moves a delivery mark forward. False: it was there or further already, or the person is no member. */
  advanceDeliveredSeq(userId: string, convoId: string, seq: number): Promise<boolean>;
  /** Puts a mark back; a second time only further. False: it is that far back already, or the person is no member. */
  putUnreadMark(userId: string, convoId: string, mark: UnreadMark): Promise<boolean>;
  /** No notifications until then (ISO 8601), or again. False: the person is no member. */
  mute(userId: string, convoId: string, until: string | undefined): Promise<boolean>;
}

export type ReadOutcome = 'advanced' | 'resumed' | 'unchanged';
