import pMap from 'p-map';
import type { PresenceUpdate } from '../../events/server-frames.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import type { Clock } from '../clock.ts';
import type { Connection, ConnectionStore } from '../connections/connection-store.ts';
import { type PushSummary, pushEvents, type SocketGateway } from '../connections/push.ts';
import { ownPresenceView, type PresenceRecord, presenceView } from './presence.ts';
import type { PresenceStore } from './presence-store.ts';
import { setByThemselves } from './settle-presence.ts';
import type { Watcher, WatchStore } from './watch-store.ts';

export interface TellDeps {
  readonly watches: Pick<WatchStore, 'watchersOf'>;
  readonly connections: Pick<ConnectionStore, 'ofUsers' | 'forget'>;
  readonly blocks: Pick<BlockStore, 'between'>;
  readonly presence: Pick<PresenceStore, 'told'>;
  readonly gateway: SocketGateway;
  readonly clock: Clock;
}

/** Somebody's presence, and who is to hear of it. */
export interface PresenceNews {
  readonly record: PresenceRecord;
  /** Whoever watches them. */
  readonly others: boolean;
  /** All their own connections, watching or not. */
  readonly themselves: boolean;
}

/**
 * Tells everybody who watches these people, one frame per connection whatever the number of people. Only living connections
 * are told, so none whose session is over; nobody is told across a block.
 *
 * Reads, per person: their watchers, 150 bytes each, and for each different watcher one unit for the connections and two for
 * blocks. Writes nothing, but one unit after `presence.set`.
 */
export async function tellPresence(news: readonly PresenceNews[], deps: TellDeps): Promise<PushSummary> {
  const audiences = await pMap(news, (one) => audienceOf(one, deps), { concurrency: 8 });
  const people = new Set([...audiences.flat(), ...own(news)].map(({ userId }) => userId));
  const live = await deps.connections.ofUsers([...people]);
  const watching = audiences.map((watchers) => new Set(watchers.map(({ connectionId }) => connectionId)));
  const summary = await pushEvents(deliveries(news, live, watching, deps.clock.now()), deps);
  await pMap(
    news.filter(({ record }) => record.cause === setByThemselves),
    ({ record }) => deps.presence.told(record),
    { concurrency: 8 },
  );
  return summary;
}

async function audienceOf({ record, others }: PresenceNews, deps: TellDeps): Promise<Watcher[]> {
  if (!others) return [];
  const watchers = await deps.watches.watchersOf(record.userId);
  const strangers = new Set(watchers.map(({ userId }) => userId));
  strangers.delete(record.userId);
  const apart = await deps.blocks.between(record.userId, [...strangers]);
  return watchers.filter(({ userId }) => !apart.has(userId));
}

function own(news: readonly PresenceNews[]): { readonly userId: string }[] {
  return news.filter(({ themselves }) => themselves).map(({ record }) => ({ userId: record.userId }));
}

/** Connections that get the same share the list of events, so that it is packed once for all of them. */
function deliveries(
  news: readonly PresenceNews[],
  live: readonly Connection[],
  watching: readonly ReadonlySet<string>[],
  nowMs: number,
) {
  const lists = new Map<string, PresenceUpdate[]>();
  const views = news.map(({ record }) => presenceView(record, nowMs));
  return live.flatMap((connection) => {
    const parts = news.flatMap(({ record, themselves }, index) => {
      const isOwn = record.userId === connection.userId;
      const hears = watching[index]?.has(connection.connectionId) || (isOwn && themselves);
      return hears ? [{ index, isOwn }] : [];
    });
    if (parts.length === 0) return [];
    const key = parts.map(({ index, isOwn }) => `${index}${isOwn ? 'own' : ''}`).join(' ');
    const events =
      lists.get(key) ??
      parts.flatMap(({ index, isOwn }) => {
        const record = news[index]?.record;
        const view = isOwn && record ? ownPresenceView(record, nowMs) : views[index];
        return view ? [view] : [];
      });
    lists.set(key, events);
    return [{ connection, events }];
  });
}
