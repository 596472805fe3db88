import type { Role } from '../../events/server-frames.ts';

export type InvitedRole = Exclude<Role, 'owner'>;

export interface Invite {
  readonly convoId: string;
  /** Who is invited. */
  readonly userId: string;
  readonly role: InvitedRole;
  readonly invitedBy: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Declined: it stands no more, and until then (seconds since the epoch) nobody may ask again. */
  readonly declinedUntil?: number;
}

export interface InviteLink {
  readonly convoId: string;
  readonly linkId: string;
  /** SHA-256 of the token, hex: the token itself is kept nowhere. */
  readonly tokenHash: string;
  readonly role: InvitedRole;
  /** How many came in by it. */
  readonly uses: number;
  readonly maxUses?: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly createdBy: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Who invites, as they were read: the write proves that they still are. */
export interface Inviter {
  readonly userId: string;
  readonly role: Role;
}

/** `refused`: the inviter is not what they were, or the person is in the conversation or banned from it now. */
export type InviteOutcome = 'written' | 'stale' | 'refused';

export interface InviteStore {
  /** Pending or declined; strongly consistent. */
  get(convoId: string, userId: string): Promise<Invite | undefined>;
  /**
   * Writes a pending invitation in place of `before`. `stale`: something else stands there now. All of it is written,
   * or nothing.
   */
  put(invite: Invite, before: Invite | undefined, inviter: Inviter, nowMs: number): Promise<InviteOutcome>;
  /** False: this one does not stand there any more. */
  decline(invite: Invite, untilSeconds: number): Promise<boolean>;
  /** Takes a pending one away. False: this one does not stand there any more. */
  withdraw(invite: Invite): Promise<boolean>;
  /** The pending and the declined ones of a conversation, in the order of their people's ids; strongly consistent. */
  listOf(convoId: string): Promise<Invite[]>;
  /** A person's pending ones, at most `limits.invitesPerPersonShownMax`, as they were made; strongly consistent. */
  pendingOf(userId: string): Promise<Invite[]>;
  /** Forgets those that are still what they were: declined long ago, or of nobody who may invite any more. */
  forget(invites: readonly Invite[]): Promise<void>;

  /** False: the creator is not what they were. */
  putLink(link: InviteLink, creator: Inviter): Promise<boolean>;
  link(tokenHash: string): Promise<InviteLink | undefined>;
  /** Also those that no longer work; strongly consistent. */
  links(convoId: string): Promise<InviteLink[]>;
  /** Repeating it is harmless. */
  removeLink(convoId: string, linkId: string): Promise<void>;
}
