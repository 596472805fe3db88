/** Every route and every frame × every kind of caller × every kind of object. Rows: rows.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { type Access, httpRoutes, webSocketRoutes } from '../../functions/routes.ts';
import { assertDocumented } from '../support/documented.ts';
import { testDatabase } from '../support/dynamodb.ts';
import { aContext, anHttpEvent, aSocketEvent, type HttpCall } from '../support/in-memory-aws.ts';
import { frameRows, httpRows, type ObjectRow, type Outcome } from './rows.ts';
import {
  changes,
  createWorld,
  type Nobody,
  nobodies,
  type Person,
  password,
  type Traces,
  type World,
} from './world.ts';

const database = testDatabase();
let world: World;

beforeAll(async () => {
  world = await createWorld(database());
});

const routes = httpRoutes.map((entry) => ({ ...entry, row: httpRows[entry.route] }));
const actions = webSocketRoutes.filter(({ routeKey }) => !routeKey.startsWith('$'));

/** What a caller without a living session is told, whatever the route: 401 only for no or no valid identity. */
function refusalOf(role: Nobody): string {
  if (role === 'expired token') return 'auth.token_expired';
  if (role === 'revoked session' || role === 'erased account') return 'auth.session_ended';
  return 'auth.unauthenticated';
}

/** A session that is over may still ask for its own end, and learns nothing by it. */
function mayEnd(access: Access, role: Nobody): boolean {
  return access === 'ending' && (role === 'revoked session' || role === 'erased account');
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  readonly traces: Traces;
}

async function ask(route: string, path: string, call: HttpCall, caller: Person): Promise<Reply> {
  const event = anHttpEvent(route, { ...call, token: caller.token });
  const { result, traces } = await world.run(path, event, aContext());
  const { statusCode, headers, body } = result as {
    statusCode: number;
    headers: Record<string, string>;
    body?: string;
  };
  const reply = {
    status: statusCode,
    body: body === undefined ? undefined : JSON.parse(body),
    text: body ?? '',
    traces,
  };
  const [method = '', documented = ''] = route.split(' ');
  assertDocumented(method, documented, { ...reply, contentType: headers['content-type'] ?? null });
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  expect(traces.log).not.toContain(password);
  if (caller.token) expect(traces.log).not.toContain(caller.token);
  return reply;
}

/** ASVS 16.3.2, 8.2.2: a refusal says no more than its code, changes nothing, reaches nobody, and is on record. */
function expectRefusal({ body, status, traces, text }: Reply, code: string): void {
  expect(problem.parse(body)).toMatchObject({ code, status });
  expect(traces).toMatchObject({ pushes: 0, queued: 0 });
  expect(traces.log).toContain(`"code":"${code}"`);
  expect(text).not.toMatch(/node_modules|\.ts:|Exception/);
}

function expectOutcome(reply: Reply, outcome: Outcome): void {
  if (typeof outcome === 'number') expect(reply).toMatchObject({ status: outcome });
  else expectRefusal(reply, outcome);
}

async function requestOf(row: (typeof routes)[number]['row'], caller: Person): Promise<HttpCall> {
  if (!('objects' in row)) return row.request();
  const [make] = Object.values(row.objects);
  return row.request((await make?.(world, caller)) ?? '');
}

describe('without a living session', () => {
  const guarded = routes.filter(({ access }) => access !== 'public');

  describe.each(nobodies)('%s', (role) => {
    it.each(guarded)('$route', async ({ route, function: path, access, row }) => {
      const caller = await world.nobody(role);
      const call = await requestOf(row, caller);
      const before = await world.state();
      const reply = await ask(route, path, call, caller);
      if (access === 'optional' && role === 'anonymous' && 'anonymous' in row)
        expectOutcome(reply, row.anonymous);
      else if (mayEnd(access, role)) expect(reply.status).toBe(204);
      else {
        expect(reply.status).toBe(401);
        expectRefusal(reply, refusalOf(role));
        expect(changes(before, await world.state())).toEqual([]);
      }
    });

    it.each(actions)('$routeKey', async ({ routeKey, function: path }) => {
      if (role !== 'revoked session' && role !== 'erased account') return;
      const caller = await world.nobody(role);
      await world.connections.open({ ...caller, connectionId: `c-${caller.userId}` });
      const row = frameRows[routeKey as keyof typeof frameRows];
      const object = (await row.objects?.own?.(world, caller)) ?? '';
      const before = await world.state();
      const reply = await frame(path, routeKey, row.request(object), caller);
      expect(reply.code).toBe('auth.session_ended');
      expect(reply.traces).toMatchObject({ pushes: 0, queued: 0 });
      expect(changes(before, await world.state())).toEqual([]);
    });
  });

  it.each(actions)('a connection that nobody opened: $routeKey', async ({ routeKey, function: path }) => {
    const row = frameRows[routeKey as keyof typeof frameRows];
    const caller = await world.person();
    const object = (await row.objects?.own?.(world, caller)) ?? '';
    const before = await world.state();
    const reply = await frame(path, routeKey, row.request(object), undefined);
    expect(reply.code).toBe('auth.session_ended');
    expect(changes(before, await world.state())).toEqual([]);
  });

  it.each(routes.filter(({ access }) => access === 'public'))(
    'public: $route',
    async ({ route, function: path, row }) => {
      if (!('anonymous' in row)) throw new Error(`${route} is public, but its row asks for a session`);
      for (const role of ['anonymous', 'revoked session'] as const)
        expectOutcome(await ask(route, path, row.request(), await world.nobody(role)), row.anonymous);
    },
  );
});

describe.each([
  ['somebody', () => world.person()],
  ['somebody with a proven address', () => world.verified()],
] as const)('%s', (_, join) => {
  const own = routes.filter(({ access, row }) => access !== 'public' && !('objects' in row));
  it.each(own)('$route', async ({ route, function: path, row }) => {
    const reply = await ask(route, path, await requestOf(row, await join()), await join());
    if ('outcome' in row) expectOutcome(reply, row.outcome);
    else if ('anonymous' in row) expectOutcome(reply, row.signedIn ?? row.anonymous);
  });

  const cells = routes.flatMap((entry) =>
    'objects' in entry.row
      ? Object.keys(entry.row.objects).map((object) => ({ ...entry, object, row: entry.row as ObjectRow }))
      : [],
  );
  it.each(cells)('$route: $object', async ({ route, function: path, row, object }) => {
    const caller = await join();
    const outcome = row.outcomes[object];
    if (outcome === undefined) throw new Error(`${route} has no outcome for ${object}`);
    const call = row.request((await row.objects[object]?.(world, caller)) ?? '');
    const before = await world.state();
    const reply = await ask(route, path, call, caller);
    expectOutcome(reply, outcome);
    if (typeof outcome === 'string') expect(changes(before, await world.state())).toEqual([]);
  });

  const frames = actions.flatMap(({ routeKey, function: path }) => {
    const row = frameRows[routeKey as keyof typeof frameRows];
    return Object.entries(row.outcomes).map(([object, outcome]) => ({
      routeKey,
      path,
      row,
      object,
      outcome,
    }));
  });
  it.each(frames)('$routeKey: $object', async ({ routeKey, path, row, object, outcome }) => {
    const caller = await join();
    await world.connections.open({ ...caller, connectionId: `c-${caller.userId}` });
    const id = (await row.objects?.[object]?.(world, caller)) ?? '';
    const before = await world.state();
    const reply = await frame(path, routeKey, row.request(id), caller);
    expect(reply.code ?? 'done').toBe(outcome);
    if (outcome === 'done') return;
    expect(reply.traces).toMatchObject({ pushes: 0, queued: 0 });
    expect(reply.traces.log).toContain(`"code":"${outcome}"`);
    expect(reply.traces.log).not.toContain('text of a message');
    expect(changes(before, await world.state())).toEqual([]);
  });
});

describe('foreign and missing objects look alike', () => {
  const pairs = routes.flatMap(({ route, function: path, row }) =>
    'objects' in row && row.objects.foreign && row.objects.missing ? [{ route, path, row }] : [],
  );
  it.each(pairs)('$route', async ({ route, path, row }) => {
    const caller = await world.person();
    const texts: string[] = [];
    for (const kind of ['foreign', 'missing']) {
      const id = (await row.objects[kind]?.(world, caller)) ?? '';
      texts.push((await ask(route, path, row.request(id), caller)).text.replaceAll(id, '<id>'));
    }
    expect(texts[0]).toBe(texts[1]);
  });
});

/** One frame, from the connection of its caller or from one that nobody opened. */
async function frame(
  path: string,
  action: string,
  fields: Readonly<Record<string, unknown>>,
  caller: Person | undefined,
): Promise<{ code: string | undefined; traces: Traces }> {
  const connectionId = caller ? `c-${caller.userId}` : 'nobody';
  const event = aSocketEvent(JSON.stringify({ action, ...fields }), {
    connectionId,
    routeKey: action,
    identity: caller ?? null,
  });
  const { result, traces } = await world.run(path, event, aContext());
  expect(result).toEqual({ statusCode: 200 });
  return { code: /"code":"([\w.]+)"/.exec(traces.log)?.[1], traces };
}
