import type { Backoff } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionStore, Reach } from '../connections/connection-store.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import {
  connectedStatus,
  isErased,
  isHidden,
  noPresence,
  type PresenceRecord,
  settledRecord,
} from './presence.ts';
import type { PresenceStore } from './presence-store.ts';

export interface SettleDeps {
  readonly presence: PresenceStore;
  readonly connections: Pick<ConnectionStore, 'reach'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly backoff: Backoff;
  readonly clock: Clock;
}

/** Why somebody's presence is looked at. */
export interface PresenceTrigger {
  /**
   * Names what is handled, the same at each repetition; the last of them becomes the record's cause. `presence.set` has no name
   * of its own, and is told again by whatever comes next, unless it was told.
   */
  readonly causes: readonly [string, ...string[]];
  /**
   * `connections`: they changed; nobody goes offline at once. `check`: some time later; whoever has been without a connection since
   * goes offline. `settings`: the person has set something, which is news in any case.
   */
  readonly kind: 'connections' | 'check' | 'settings';
}

export interface Settlement {
  readonly record: PresenceRecord;
  /** Others are to be told, perhaps again. */
  readonly isNews: boolean;
  /** They have no connection any more, and are not offline yet: look again after the debounce. */
  readonly leaving: boolean;
}

export const setByThemselves = 'set';

const attemptsMax = 8;
/** A check is sent after what it is about, and clocks differ by less than this. */
const clockSlackMs = 2_000;

/**
 * Makes somebody's record agree with their connections, as both are now and whatever the trigger knew: so triggers may come
 * late, twice and in any order. It looks again after each write, because a connection may have come between the look and
 * the write whose own trigger saw nothing to do.
 *
 * Nothing is told here. Whoever dies after the write is repeated with the same cause, finds it in the record, and is answered
 * `isNews` again.
 *
 * One look is 2 read units, and 3 with the profile, where something may have changed; a change is 1 write unit and one more
 * look. Throws `unavailable` when others write all the time.
 */
export async function settlePresence(
  userId: string,
  trigger: PresenceTrigger,
  deps: SettleDeps,
): Promise<Settlement> {
  let isNews = false;
  let written = false;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const [reach, stored] = await Promise.all([deps.connections.reach(userId), deps.presence.get(userId)]);
    const known = stored ?? noPresence(userId);
    const { next: status, leaving } = nextStatus(known, reach, trigger, deps.clock);
    if (!written && isUntold(known, trigger)) isNews = true;
    const looksCloser = written || trigger.kind !== 'connections' || seemsChanged(known, status, reach);
    const outcome = looksCloser
      ? await write({ known, status, reach, trigger, changed: trigger.kind === 'settings' && !written }, deps)
      : undefined;
    if (!outcome) return { record: known, isNews, leaving };
    if (outcome === 'stale') await deps.backoff.wait(attempt);
    else {
      written = true;
      isNews ||= outcome.isNews;
    }
  }
  throw new AppError('unavailable', 'the presence of this person changes all the time');
}

/** By what was read anyway; whether it is so the profile says. Who was erased is looked at each time they seem to show themselves. */
function seemsChanged(known: PresenceRecord, status: PresenceRecord['status'], { hides }: Reach): boolean {
  const isHidden = hides.includes('presence') || known.availability === 'invisible';
  return status !== known.status || isHidden !== known.hidden;
}

function isUntold({ cause }: PresenceRecord, { causes }: PresenceTrigger): boolean {
  return cause !== undefined && (cause === setByThemselves || causes.includes(cause));
}

/** Only a check ends a presence, and only the check of the last connection that ended: another one is still to come. */
function nextStatus(
  known: PresenceRecord,
  { connections, endedAtMs }: Reach,
  { kind }: PresenceTrigger,
  clock: Clock,
) {
  const connected = connectedStatus(connections);
  if (connected !== 'offline' || known.status === 'offline') return { next: connected, leaving: false };
  const goneMs = clock.now() - (endedAtMs ?? 0);
  const isOver = kind === 'check' && goneMs >= limits.offlineDebounceSeconds * 1_000 - clockSlackMs;
  return isOver ? { next: connected, leaving: false } : { next: known.status, leaving: kind !== 'check' };
}

interface Look {
  readonly known: PresenceRecord;
  readonly status: PresenceRecord['status'];
  readonly reach: Reach;
  readonly trigger: PresenceTrigger;
  readonly changed: boolean;
}

/** Undefined when there was nothing to write. */
async function write(
  { known, status, reach, trigger, changed }: Look,
  deps: SettleDeps,
): Promise<'stale' | { readonly isNews: boolean } | undefined> {
  const profile = await deps.users.get(known.userId);
  const erase = isErased(profile);
  const settled = settledRecord(known, {
    status,
    hidden: isHidden(known, profile),
    endedAtMs: reach.endedAtMs,
    nowMs: deps.clock.now(),
    changed: changed || (erase && saysSomething(known)),
    cause: trigger.causes.at(-1) ?? trigger.causes[0],
  });
  if (!settled) return undefined;
  return (await deps.presence.settle(known, settled.next, { erase })) ? settled : 'stale';
}

function saysSomething({ lastSeen, custom, availability }: PresenceRecord): boolean {
  return lastSeen !== undefined || custom !== undefined || availability !== 'auto';
}
