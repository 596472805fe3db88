/**
 * How somebody is there: what their connections say, what they say themselves, and what of it others see.
 *
 * What it costs, in read and write units of DynamoDB (0.125 and 0.625 dollars a million) beside messages, pushes and invocations.
 * No write for anybody who is told of anything.
 *
 * |                                            | write | read |                                                    |
 * |--------------------------------------------|-------|------|----------------------------------------------------|
 * | a connection opens or ends                 | 2     | 0, 1 | row and lease, as without presence                 |
 * | … and the person stays what they were      | 0     | 2    | the stream's look                                  |
 * | they come, go, or are at it no more        | 1     | 6    | two looks with the profile; going: a queue message and one look more |
 * | … and are watched by N people              | 0     | 3 N  | a connection and two blocks each; N pushes, $1 a million |
 * | a ping                                     | 0     | 0.5  | one write more each two minutes at most            |
 * | somebody subscribes to 20 people           | 22    | 70   | a row each, the set, the token                     |
 * | somebody sets a status                     | 4     | 7    | the token, settings, record, told                  |
 * | a sweep of 10,000 connections              | 0     | 250  | each minute: $1.35 a month, and $0.3 for the function |
 *
 * A transition with ten watchers costs 16 millionths of a dollar, 10 of them for the pushes. 10,000 clients that are connected day
 * and night write a sign of life each about every five minutes, whether they ping or are asked after: 86 million a month, $54.
 */
import type { CustomStatus, PresenceSetFrame } from '../../events/client-frames.ts';
import type { PresenceUpdate } from '../../events/server-frames.ts';
import { isoTime } from '../clock.ts';
import type { OpenConnection } from '../connections/connection-store.ts';
import { hides, type UserProfile } from '../users/user.ts';

export type PresenceStatus = PresenceUpdate['status'];
export type Availability = NonNullable<PresenceSetFrame['availability']>;

/** What is kept of somebody's presence. It follows their connections; see settlePresence. */
export interface PresenceRecord {
  readonly userId: string;
  /** As the connections said when they were last looked at. */
  readonly status: PresenceStatus;
  /** Since when it is so: for somebody offline, when they were last there. */
  readonly lastSeen?: string | undefined;
  readonly availability: Availability;
  readonly custom?: CustomStatus | undefined;
  /** Nobody was to know of it when it was last settled. */
  readonly hidden: boolean;
  /** Rises with each change that others see, and with no other: it must not tell that somebody invisible comes and goes. */
  readonly version: number;
  /** Rises with each write; 0: there is no record yet. */
  readonly rev: number;
  /** What the last change that others see was written for. Handled again, it is told again: perhaps it never was. */
  readonly cause?: string | undefined;
}

/** Of somebody who never was there. */
export function noPresence(userId: string): PresenceRecord {
  return { userId, status: 'offline', availability: 'auto', hidden: false, version: 0, rev: 0 };
}

/** Somebody is online while they are at one of their connections, and away while they are at none. */
export function connectedStatus(connections: readonly OpenConnection[]): PresenceStatus {
  const open = connections.filter(({ retired }) => !retired);
  if (open.length === 0) return 'offline';
  return open.every(({ idle }) => idle) ? 'away' : 'online';
}

/** Whether nobody else is to know, whatever they are: opted out, invisible, erased, or nobody. */
export function isHidden(
  { availability }: Pick<PresenceRecord, 'availability'>,
  profile: UserProfile | undefined,
): boolean {
  if (profile === undefined || isErased(profile)) return true;
  return hides(profile, 'presence') || availability === 'invisible';
}

export function isErased(profile: UserProfile | undefined): boolean {
  return profile?.deletedAt !== undefined || profile === undefined;
}

/** What others see. Somebody hidden looks like anybody of whom nothing is known. */
export function presenceView(record: PresenceRecord, nowMs: number): PresenceUpdate {
  const version = record.version > 0 ? { version: record.version } : {};
  if (record.hidden) return { ...unknownPresence(record.userId), ...version };
  return {
    type: 'presence.update',
    user_id: record.userId,
    status: shownStatus(record),
    last_seen: record.lastSeen ?? null,
    ...customOf(record, nowMs),
    ...version,
  };
}

/** What one sees of oneself: the same, and what one has set. */
export function ownPresenceView(record: PresenceRecord, nowMs: number): PresenceUpdate {
  return {
    ...presenceView(record, nowMs),
    ...customOf(record, nowMs),
    availability: record.availability,
  };
}

/** Of whoever is asked for: nobody, somebody erased, hidden, never there, or on the other side of a block. */
export function unknownPresence(userId: string): PresenceUpdate {
  return { type: 'presence.update', user_id: userId, status: 'offline', last_seen: null };
}

export function shownStatus({ hidden, status, availability }: PresenceRecord): PresenceStatus {
  if (hidden) return 'offline';
  return availability === 'away' && status === 'online' ? 'away' : status;
}

/** What was set until a time that has passed is left out; nobody needs to take it away. */
function customOf({ custom }: PresenceRecord, nowMs: number): { custom?: CustomStatus } {
  if (!custom) return {};
  const isOver = custom.expires_at !== undefined && Date.parse(custom.expires_at) <= nowMs;
  return isOver ? {} : { custom };
}

export interface PresenceFacts {
  readonly status: PresenceStatus;
  readonly hidden: boolean;
  /** When the last connection ended, if none is left. */
  readonly endedAtMs: number | undefined;
  readonly nowMs: number;
  /** The person has set something, or what they had set went with their account. */
  readonly changed: boolean;
  readonly cause: string;
}

/** The record that these facts make of the known one, and whether others see the difference; undefined: it stays. */
export function settledRecord(
  known: PresenceRecord,
  { status, hidden, endedAtMs, nowMs, changed, cause }: PresenceFacts,
): { readonly next: PresenceRecord; readonly isNews: boolean } | undefined {
  const moved = status !== known.status;
  if (!moved && hidden === known.hidden && !changed) return undefined;
  const since = status === 'offline' ? (endedAtMs ?? nowMs) : nowMs;
  const next = {
    ...known,
    status,
    hidden,
    lastSeen: moved ? isoTime(since) : known.lastSeen,
    rev: known.rev + 1,
  };
  const isVisible = !(known.hidden && hidden);
  const differs = changed || hidden !== known.hidden || shownStatus(next) !== shownStatus(known);
  const isNews = isVisible && differs;
  return { next: isNews ? { ...next, version: known.version + 1, cause } : next, isNews };
}
