import { setTimeout as pause } from 'node:timers/promises';
import type { ChildCloud } from './child-cloud.ts';

const quietMs = 60;

/** Waits until no function calls anything any more: what follows from a request comes by a queue. */
export async function untilQuiet(cloud: ChildCloud): Promise<void> {
  let seen = -1;
  for (let quiet = 0; quiet < 3; ) {
    const { length } = await cloud.records();
    quiet = length === seen ? quiet + 1 : 0;
    seen = length;
    await pause(quietMs);
  }
}
