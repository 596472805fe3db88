/** How much of what a client missed is sent: the bounds of a sync. */
import type { SyncCursor } from '../../events/client-frames.ts';
import { limits } from '../limits.ts';
import type { ReaderSide } from './reading-window.ts';

/** What a client holds of a conversation that it named. */
export interface Held {
  readonly seq: number;
  /** Undefined: it keeps no changes and is sent none. */
  readonly rev: number | undefined;
  /** Undefined: it does not ask what else became of the conversation. */
  readonly version: number | undefined;
}

export function heldBy(cursor: SyncCursor): Held {
  if (typeof cursor === 'number') return { seq: cursor, rev: undefined, version: undefined };
  return { seq: cursor.seq_no, rev: cursor.rev, version: cursor.version };
}

/** One conversation of somebody, and where their client stands in it. */
export interface Missing extends ReaderSide {
  /** Undefined: the client does not know the conversation. */
  readonly held: Held | undefined;
}

/** The last message that the client needs no more: it holds it, or it is from before its time. */
export function heldUpTo({ held, window }: Missing): number {
  return Math.max(window.from, Math.min(held?.seq ?? 0, window.to));
}

/**
 * Up to which change the client has all changes. Of nothing nothing can have changed: who holds no message gets all as
 * they are now, and who keeps no changes is not asked.
 */
export function changesHeldUpTo({ held, window }: Missing): number {
  const { seq = 0, rev } = held ?? {};
  return seq > window.from && rev !== undefined ? Math.min(rev, window.rev) : window.rev;
}

export interface Hole {
  readonly missing: Missing;
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
}

/** Which ranges of messages are sent. */
export function planHoles(all: readonly Missing[]): Hole[] {
  const wanted = all
    .map((missing) => ({ missing, from: heldUpTo(missing) + 1, size: missing.window.to - heldUpTo(missing) }))
    .filter(({ missing: { held }, size }) => held || size <= limits.syncNewConversationMax);
  const shares = share(wanted, limits.syncMessagesPerConversationMax, limits.syncMessagesMax);
  return shares.map(({ missing, from, size }) => ({ missing, from, to: from + size - 1 }));
}

export interface ChangeSpan {
  readonly missing: Missing;
  readonly since: number;
  /** So many entries of the change log. */
  readonly size: number;
}

/** Which stretches of the change logs are sent. Change numbers have no gaps, so that their difference is a count. */
export function planChanges(all: readonly Missing[]): ChangeSpan[] {
  const wanted = all.map((missing) => {
    const since = changesHeldUpTo(missing);
    return { missing, since, size: missing.window.rev - since };
  });
  return share(wanted, limits.syncChangesPerConversationMax, limits.syncChangesMax);
}

/**
 * Gives each as much as it wants, up to `each` and `total` in all: the smallest first, so that one long absence does not
 * starve the other conversations. Those that get nothing are left out.
 */
function share<T extends { readonly size: number }>(wanted: readonly T[], each: number, total: number): T[] {
  let left = total;
  return wanted
    .filter(({ size }) => size > 0)
    .toSorted((a, b) => a.size - b.size)
    .flatMap((one) => {
      const size = Math.min(one.size, each, left);
      left -= size;
      return size > 0 ? [{ ...one, size }] : [];
    });
}
