/** What whoever has a living session gets of each route, for each kind of object. Rows: rows.ts. */
import { describe, expect, it } from 'vitest';
import { ask, expectOutcome, routes, somebodies, worldOfThisFile } from './asking.ts';
import { changes } from './world.ts';

const theWorld = worldOfThisFile();

const cells = routes.flatMap(({ row, ...route }) =>
  'objects' in row
    ? Object.entries(row.objects).map(([object, make]) => ({ ...route, row, object, make }))
    : [],
);
const own = routes.flatMap(({ row, ...route }) =>
  route.access === 'public' || 'objects' in row ? [] : [{ ...route, row }],
);

describe.each(somebodies)('%s', (_, join) => {
  it.each(own)('$route', async ({ row, ...route }) => {
    const reply = await ask(theWorld(), route, row.request(), await join(theWorld()));
    expectOutcome(reply, 'outcome' in row ? row.outcome : (row.signedIn ?? row.anonymous));
  });

  it.each(cells)('$route: $object', async ({ row, object, make, ...route }) => {
    const world = theWorld();
    const caller = await join(world);
    const outcome = row.outcomes[object];
    if (outcome === undefined) throw new Error(`${route.route} has no outcome for ${object}`);
    const call = row.request(await make(world, caller));
    const before = await world.state();
    const reply = await ask(world, route, call, caller);
    expectOutcome(reply, outcome);
    if (typeof outcome === 'string') expect(changes(before, await world.state())).toEqual([]);
  });
});

describe('foreign and missing objects look alike', () => {
  const pairs = routes.flatMap(({ row, ...route }) =>
    'objects' in row && row.objects.foreign && row.objects.missing ? [{ ...route, row }] : [],
  );
  it.each(pairs)('$route', async ({ row, ...route }) => {
    const world = theWorld();
    const caller = await world.person();
    const texts: string[] = [];
    for (const kind of ['foreign', 'missing']) {
      const id = (await row.objects[kind]?.(world, caller)) ?? '';
      texts.push((await ask(world, route, row.request(id), caller)).text.replaceAll(id, '<id>'));
    }
    expect(texts[0]).toBe(texts[1]);
  });
});
