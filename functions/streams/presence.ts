/** Somebody's connections changed → they are online, away, or perhaps gone: told to whoever watches them. */
import { ownerOf } from '../../shared/connections/connection-keys.ts';
import { followConnections } from '../../shared/presence/follow-connections.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { presenceDeps } from '../lib/presence-deps.ts';
import { streamBatch } from '../lib/stream-batch.ts';

const env = environment('streams/presence');
const followDeps = { ...presenceDeps(env), checks: deps.presenceChecks(env) };

export const handler = streamBatch({
  async run(changes) {
    const people = new Map(changes.map((change) => [change, ownerOf(change)]));
    const ofConnections = changes.flatMap((change) => {
      const userId = people.get(change);
      return userId === undefined ? [] : [{ userId, id: change.id }];
    });
    const { failed, errors, told, frames } = await followConnections(ofConnections, followDeps);
    return {
      failed: changes.filter((change) => failed.has(people.get(change) ?? '')),
      errors,
      log: { people: new Set(people.values()).size, told, frames },
    };
  },
});
