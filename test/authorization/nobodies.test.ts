/** Whoever has no living session is refused, whatever they ask for. Rows: rows.ts. */
import { describe, expect, it } from 'vitest';
import type { Access } from '../../functions/routes.ts';
import type { HttpCall } from '../support/in-memory-aws.ts';
import { actions, ask, expectOutcome, expectRefusal, frame, routes, worldOfThisFile } from './asking.ts';
import { changes, type Nobody, nobodies, type Person } from './world.ts';

const theWorld = worldOfThisFile();

/** Those who once had a session, and may have a socket from then. */
const former = ['revoked session', 'erased account'] as const;

/** What a caller without a living session is told, whatever the route: 401 only for no or no valid identity. */
function refusalOf(role: Nobody): string {
  if (role === 'expired token') return 'auth.token_expired';
  return isFormer(role) ? 'auth.session_ended' : 'auth.unauthenticated';
}

/** A session that is over may still ask for its own end, and learns nothing by it. */
function mayEnd(access: Access, role: Nobody): boolean {
  return access === 'ending' && isFormer(role);
}

function isFormer(role: Nobody): boolean {
  return former.some((one) => one === role);
}

async function requestOf(row: (typeof routes)[number]['row'], caller: Person): Promise<HttpCall> {
  if (!('objects' in row)) return row.request();
  const [make] = Object.values(row.objects);
  return row.request((await make?.(theWorld(), caller)) ?? '');
}

/** What this frame is about, in the hands of its caller. */
async function fieldsOf(row: (typeof actions)[number]['row'], caller: Person) {
  return row.request((await row.objects?.own?.(theWorld(), caller)) ?? '');
}

const guarded = routes.filter(({ access }) => access !== 'public');

describe.each(nobodies)('%s', (role) => {
  it.each(guarded)('$route', async (route) => {
    const { access, row } = route;
    const world = theWorld();
    const caller = await world.nobody(role);
    const call = await requestOf(row, caller);
    const before = await world.state();
    const reply = await ask(world, route, call, caller);
    if (access === 'optional' && role === 'anonymous' && 'anonymous' in row)
      expectOutcome(reply, row.anonymous);
    else if (mayEnd(access, role)) expect(reply.status).toBe(204);
    else {
      expect(reply.status).toBe(401);
      expectRefusal(reply, refusalOf(role));
      expect(changes(before, await world.state())).toEqual([]);
    }
  });
});

describe.each(former)('%s', (role) => {
  it.each(actions)('$routeKey', async (action) => {
    const world = theWorld();
    const caller = await world.nobody(role);
    await world.connections.open({ ...caller, connectionId: `c-${caller.userId}` });
    const fields = await fieldsOf(action.row, caller);
    const before = await world.state();
    const reply = await frame(world, action, fields, caller);
    expect(reply.code).toBe('auth.session_ended');
    expect(reply.traces).toMatchObject({ pushes: 0, queued: 0 });
    expect(changes(before, await world.state())).toEqual([]);
  });
});

it.each(actions)('a connection that nobody opened: $routeKey', async (action) => {
  const world = theWorld();
  const fields = await fieldsOf(action.row, await world.person());
  const before = await world.state();
  const reply = await frame(world, action, fields, undefined);
  expect(reply.code).toBe('auth.session_ended');
  expect(changes(before, await world.state())).toEqual([]);
});

it.each(routes.filter(({ access }) => access === 'public'))('public: $route', async (route) => {
  const { row } = route;
  if (!('anonymous' in row)) throw new Error(`${route.route} is public, but its row asks for a session`);
  for (const role of ['anonymous', 'revoked session'] as const)
    expectOutcome(await ask(theWorld(), route, row.request(), await theWorld().nobody(role)), row.anonymous);
});
