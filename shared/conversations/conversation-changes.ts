import type { Role, SystemMessage } from '../../events/server-frames.ts';
import type { Message } from '../messages/message.ts';
import type { Conversation, Details, Leaving, Membership } from './conversation.ts';

export interface Ban {
  readonly userId: string;
  readonly bannedBy: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601; absent: for good. */
  readonly until?: string;
  readonly reason?: string;
}

/** What lets somebody in, and is used up in the very transaction that does. */
export type Entrance =
  | { readonly kind: 'invite'; readonly userId: string; readonly role: Role }
  | { readonly kind: 'link'; readonly linkId: string; readonly nowSeconds: number };

/** A change of who is in a conversation or of what it is called, and the line of the timeline that tells of it. */
export interface ConversationChange {
  /** As it is afterwards: `membersVersion` is one more, and with a line `seq` too. */
  readonly after: Conversation;
  /** Its number is `after.seq`. */
  readonly line?: Message;
  /** They are members from now on, with these marks. */
  readonly joined?: readonly Membership[];
  readonly roles?: readonly { readonly userId: string; readonly role: Role }[];
  readonly left?: readonly { readonly userId: string; readonly leaving: Leaving }[];
  /** Instead of those before; what is absent in it is gone. */
  readonly details?: Details;
  readonly banned?: Ban;
  readonly unbanned?: string;
  readonly entrance?: Entrance;
  /** Of a room whose title changes: what the directory said before. */
  readonly formerTitle?: string;
}

/**
 * `stale`: a counter or the membership moved since it was read; look again. `used_up`: the entrance is there no more.
 * In both nothing was written.
 */
export type ChangeOutcome = 'changed' | 'stale' | 'used_up';

/** The second writer of timelines beside the processor, under the same lock (docs/adr/0011-conversation-changes.md). */
export interface ConversationChanges {
  /** One transaction; proves `before.seq`, `before.rev` and `before.membersVersion`. */
  change(before: Conversation, change: ConversationChange): Promise<ChangeOutcome>;
  /** Strongly consistent; also one that is over. */
  ban(convoId: string, userId: string): Promise<Ban | undefined>;
  bans(convoId: string): Promise<Ban[]>;
}

/** A line to be written: who did it, and what. */
export interface Line {
  readonly actorId: string;
  readonly system: SystemMessage;
}
