/** What whoever has a living session gets of each frame, for each kind of object. Rows: rows.ts. */
import { describe, expect, it } from 'vitest';
import { actions, frame, somebodies, worldOfThisFile } from './asking.ts';
import { changes } from './world.ts';

const theWorld = worldOfThisFile();

const cells = actions.flatMap((action) =>
  Object.entries(action.row.outcomes).map(([object, outcome]) => ({ ...action, object, outcome })),
);

describe.each(somebodies)('%s', (_, join) => {
  it.each(cells)('$routeKey: $object', async ({ row, object, outcome, ...action }) => {
    const world = theWorld();
    const caller = await join(world);
    await world.connections.open({ ...caller, connectionId: `c-${caller.userId}` });
    const id = (await row.objects?.[object]?.(world, caller)) ?? '';
    const before = await world.state();
    const reply = await frame(world, action, row.request(id), caller);
    expect(reply.code ?? 'done').toBe(outcome);
    if (outcome === 'done') return;
    expect(reply.traces).toMatchObject({ pushes: 0, queued: 0 });
    expect(reply.traces.log).toContain(`"code":"${outcome}"`);
    expect(reply.traces.log).not.toContain('text of a message');
    expect(changes(before, await world.state())).toEqual([]);
  });
});
