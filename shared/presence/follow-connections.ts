import pMap from 'p-map';
import type { PresenceChecks } from './presence-checks.ts';
import { type SettleDeps, type Settlement, settlePresence } from './settle-presence.ts';
import { type PresenceNews, type TellDeps, tellPresence } from './tell-presence.ts';

export interface ConnectionChange {
  readonly userId: string;
  /** Names the change, the same at each repetition. */
  readonly id: string;
}

export interface FollowReport {
  /** People of whom something could not be done: their changes are to come again. */
  readonly failed: ReadonlySet<string>;
  readonly errors: readonly unknown[];
  readonly told: number;
  readonly frames: number;
}

/**
 * Some people's connections changed, in any order and perhaps not for the first time: each of them is settled once, and the
 * watchers hear of all of them in one frame. Whoever seems to have gone is looked at again after the debounce.
 */
export async function followConnections(
  changes: readonly ConnectionChange[],
  deps: SettleDeps & TellDeps & { readonly checks: Pick<PresenceChecks, 'later'> },
): Promise<FollowReport> {
  const people = [...Map.groupBy(changes, ({ userId }) => userId)];
  const errors: unknown[] = [];
  const failed = new Set<string>();
  const fail = (error: unknown, ...userIds: readonly string[]) => {
    errors.push(error);
    for (const userId of userIds) failed.add(userId);
  };
  const settle = async ([userId, own]: (typeof people)[number]): Promise<Settlement[]> => {
    try {
      const [first = '', ...more] = own.map(({ id }) => id);
      const settlement = await settlePresence(
        userId,
        { kind: 'connections', causes: [first, ...more] },
        deps,
      );
      if (settlement.leaving) await deps.checks.later(userId);
      return [settlement];
    } catch (error) {
      fail(error, userId);
      return [];
    }
  };
  const settled = (await pMap(people, settle, { concurrency: 10 })).flat();
  const news = settled.filter(({ isNews }) => isNews).map(toNews);
  const summary = await tellPresence(news, deps).catch((error: unknown) => {
    fail(error, ...news.map(({ record }) => record.userId));
    return undefined;
  });
  return { failed, errors, told: news.length, frames: summary?.frames ?? 0 };
}

function toNews({ record }: Settlement): PresenceNews {
  return { record, others: true, themselves: false };
}
