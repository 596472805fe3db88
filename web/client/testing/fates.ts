import fc from 'fast-check';
import type { ServerEvent } from '../../../events/server-frames.ts';
import type { FakeFaults } from './fake-faults.ts';

/** The fate of each event on its way, over and over: 0 loses it, 2 doubles it, 3 holds it back behind the next. */
export const fates = fc.array(fc.constantFrom(0, 1, 1, 1, 2, 3), { minLength: 5, maxLength: 40 });

/** Events meet this fate from now on; the answer says how many have been on their way so far. */
export function meetFate(faults: FakeFaults, fate: readonly number[]): () => number {
  let pushes = 0;
  let held: ServerEvent[] = [];
  faults.push = (event) => {
    pushes += 1;
    const copies = fate[pushes % fate.length] ?? 1;
    if (copies === 3) {
      held.push(event);
      return [];
    }
    const out = [...Array.from({ length: copies }, () => event), ...(copies > 0 ? held : [])];
    if (copies > 0) held = [];
    return out;
  };
  return () => pushes;
}
