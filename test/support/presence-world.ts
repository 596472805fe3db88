/** Some people, who watches whom, and every way in which the cloud hears of their connections. */
import type { ServerEvent } from '../../events/server-frames.ts';
import { checkPresence } from '../../shared/presence/check-presence.ts';
import { followConnections } from '../../shared/presence/follow-connections.ts';
import type { PresenceSettings } from '../../shared/presence/presence-store.ts';
import { setPresence } from '../../shared/presence/set-presence.ts';
import { subscribePresence } from '../../shared/presence/subscribe-presence.ts';
import type { UserProfile } from '../../shared/users/user.ts';
import { aConnection, aProfile, instantBackoff, movableClock } from './builders.ts';
import { inMemoryBlockStore } from './in-memory-block-store.ts';
import { inMemoryConnectionStore, inMemorySockets } from './in-memory-connections.ts';
import { inMemoryPresenceStore, inMemoryWatchStore } from './in-memory-presence.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';

export type PresenceUpdateEvent = Extract<ServerEvent, { type: 'presence.update' }>;

export function presenceWorld(...names: readonly string[]) {
  const clock = movableClock();
  const users = inMemoryUserStore(...names.map((name) => aProfile(name)));
  const later: string[] = [];
  const deps = {
    clock,
    users,
    blocks: inMemoryBlockStore(users),
    connections: inMemoryConnectionStore(clock),
    presence: inMemoryPresenceStore(),
    watches: inMemoryWatchStore(clock),
    gateway: inMemorySockets(),
    backoff: instantBackoff(),
    checks: {
      async later(userId: string) {
        later.push(userId);
      },
    },
  };
  let records = 0;
  return {
    ...deps,
    deps,
    /** Whose checks were asked for, in order. */
    later,
    open: (userId: string, connectionId = `connection-of-${userId}`) =>
      deps.connections.open(aConnection(userId, connectionId)),
    /** The stream brings what happened to these people's connections, as changes that nobody has seen before. */
    follow: (...userIds: readonly string[]) => {
      const changes = userIds.map((userId) => {
        records += 1;
        return { userId, id: `record-${records}` };
      });
      return followConnections(changes, deps);
    },
    check: (userId: string, checkId = 'check') => checkPresence(userId, checkId, deps),
    set: (userId: string, settings: PresenceSettings & { idle?: boolean | undefined }) =>
      setPresence(aConnection(userId), settings, deps),
    watch: (userId: string, ...targets: readonly string[]) =>
      subscribePresence(aConnection(userId), { userIds: targets, receivedAtMs: clock.now() }, deps),
    /** What a connection was told of presences, in order. */
    told: (connectionId: string) =>
      deps.gateway
        .events(connectionId)
        .filter((event): event is PresenceUpdateEvent => event.type === 'presence.update'),
    /** Somebody changes what they show, as PATCH /me does. */
    async hide(userId: string, hides: UserProfile['hides']) {
      const profile = await users.get(userId);
      if (profile) users.put({ ...profile, hides });
      await deps.connections.setHides(userId, hides ?? []);
    },
  };
}

export type PresenceWorld = ReturnType<typeof presenceWorld>;
