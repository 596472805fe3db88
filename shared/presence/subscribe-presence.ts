import type { PresenceUpdate } from '../../events/server-frames.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connections/connection-store.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import {
  isErased,
  isHidden,
  noPresence,
  ownPresenceView,
  presenceView,
  unknownPresence,
} from './presence.ts';
import type { PresenceStore } from './presence-store.ts';
import type { WatchStore } from './watch-store.ts';

interface Deps {
  readonly watches: Pick<WatchStore, 'watch'>;
  readonly presence: Pick<PresenceStore, 'getMany'>;
  readonly users: Pick<UserStore, 'getMany'>;
  readonly blocks: Pick<BlockStore, 'between'>;
  readonly clock: Clock;
}

/**
 * From now on a connection hears of these people, and learns at once how they are: one event for each, in the order of the ids.
 * Subscribed first and read then, so that what changes between the two comes as a push. Nobody, somebody erased, hidden or
 * on the other side of a block look alike. Repeating it is harmless. Throws `frame.invalid` beyond
 * `limits.presenceSubscriptionsMax` people.
 *
 * For 20 people: 20 write units for the rows and 1 for the set (2 above 36 people), and 70 read units: half a one for each
 * profile, one for each presence, two for blocks.
 */
export async function subscribePresence(
  watcher: Connection,
  { userIds, receivedAtMs }: { userIds: readonly string[]; receivedAtMs: number },
  deps: Deps,
): Promise<PresenceUpdate[]> {
  const ids = [...new Set(userIds)];
  const profiles = new Map((await deps.users.getMany(ids)).map((profile) => [profile.userId, profile]));
  // A row for somebody who is not there would be paid, and never be read.
  const living = ids.filter((id) => !isErased(profiles.get(id)));
  if (!(await deps.watches.watch(watcher, living, receivedAtMs)))
    throw new AppError(
      'frame.invalid',
      `user_ids: at most ${limits.presenceSubscriptionsMax} people at a time`,
    );
  const others = living.filter((id) => id !== watcher.userId);
  const [records, apart] = await Promise.all([
    deps.presence.getMany(living),
    deps.blocks.between(watcher.userId, others),
  ]);
  const known = new Map(records.map((record) => [record.userId, record]));
  const nowMs = deps.clock.now();
  return ids.map((id) => {
    const profile = profiles.get(id);
    if (isErased(profile) || apart.has(id)) return unknownPresence(id);
    const stored = known.get(id) ?? noPresence(id);
    // As they want it now, which may not be settled yet.
    const record = { ...stored, hidden: isHidden(stored, profile) };
    if (id === watcher.userId) return ownPresenceView(record, nowMs);
    // Without the version, which would tell somebody hidden from somebody behind a block.
    return record.hidden ? unknownPresence(id) : presenceView(record, nowMs);
  });
}
