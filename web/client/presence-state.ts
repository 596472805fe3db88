/** Who is there, as pure steps. Only of people whom somebody watches (`Presence.watch`). */
import type { CustomStatus } from '../../events/client-frames.ts';
import type { PresenceUpdate } from '../../events/server-frames.ts';

export type PresenceMap = ReadonlyMap<string, PresenceUpdate>;

export interface PersonStatus {
  readonly status: PresenceUpdate['status'];
  /** When they were last there; undefined where nobody is to know. */
  readonly lastSeenMs: number | undefined;
  /** What they say of themselves, while it lasts. */
  readonly custom: CustomStatus | undefined;
}

/** Each change has a higher version; what has none, says that nothing is known. */
export function withPresence(presence: PresenceMap, update: PresenceUpdate): PresenceMap {
  const held = presence.get(update.user_id);
  const isOlder = (update.version ?? Infinity) < (held?.version ?? 0);
  return isOlder ? presence : new Map(presence).set(update.user_id, update);
}

/** Undefined for people of whom nothing was heard yet. */
export function statusOf(presence: PresenceMap, userId: string, nowMs: number): PersonStatus | undefined {
  const update = presence.get(userId);
  if (update === undefined) return undefined;
  const { status, last_seen: lastSeen, custom } = update;
  return {
    status,
    lastSeenMs: lastSeen === null ? undefined : Date.parse(lastSeen),
    custom: custom !== undefined && isOver(custom, nowMs) ? undefined : custom,
  };
}

/** The same map if no custom status is over. */
export function withoutExpired(presence: PresenceMap, nowMs: number): PresenceMap {
  const over = [...presence].filter(([, { custom }]) => custom !== undefined && isOver(custom, nowMs));
  if (over.length === 0) return presence;
  return new Map([
    ...presence,
    ...over.map(([userId, { custom: _custom, ...rest }]) => [userId, rest] as const),
  ]);
}

/** When the next custom status of somebody ends, milliseconds since the epoch. */
export function nextExpiryMs(presence: PresenceMap, nowMs: number): number | undefined {
  const ends = [...presence.values()].flatMap(({ custom }) =>
    custom?.expires_at === undefined ? [] : [Date.parse(custom.expires_at)],
  );
  const coming = ends.filter((endMs) => endMs > nowMs);
  return coming.length === 0 ? undefined : Math.min(...coming);
}

function isOver({ expires_at: expiresAt }: CustomStatus, nowMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;
}
