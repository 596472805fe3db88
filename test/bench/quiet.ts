import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../support/wait-for.ts';
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

/** Waits until so many people who have connected are known to be online: that they came is nobody's message. */
export async function untilOnline(cloud: ChildCloud, people: number): Promise<void> {
  await waitFor(`${people} people online`, async () => {
    const written = (await cloud.records()).filter(
      ({ functionName, operation }) => functionName === 'streams-presence' && operation === 'UpdateItem',
    );
    return written.length >= people;
  });
  await untilQuiet(cloud);
}
