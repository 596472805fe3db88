/** One call of the matrix (every route and frame × every kind of caller × every kind of object), and what a refusal is. */
import { beforeAll, beforeEach, expect } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { httpRoutes, webSocketRoutes } from '../../functions/routes.ts';
import { assertDocumented } from '../support/documented.ts';
import { testDatabase } from '../support/dynamodb.ts';
import { aContext, anHttpEvent, aSocketEvent, type HttpCall } from '../support/in-memory-aws.ts';
import { frameRows, httpRows, type Outcome } from './rows.ts';
import { createWorld, type Person, password, type Traces, type World } from './world.ts';

export const routes = httpRoutes.map((entry) => ({ ...entry, row: httpRows[entry.route] }));
export const actions = webSocketRoutes
  .filter(({ routeKey }) => !routeKey.startsWith('$'))
  .map(({ routeKey, function: path }) => ({
    routeKey,
    path,
    row: frameRows[routeKey as keyof typeof frameRows],
  }));

/** Who has a living session, and how they come by it. */
export const somebodies = [
  ['somebody', (world: World) => world.person()],
  ['somebody with a proven address', (world: World) => world.verified()],
] as const;

/** The world of a test file; each test begins with an empty one. */
export function worldOfThisFile(): () => World {
  const database = testDatabase();
  let world: World | undefined;
  beforeAll(async () => {
    world = await createWorld(database());
  });
  beforeEach(() => world?.beginAnew());
  return () => {
    if (!world) throw new Error('the world is there while tests run');
    return world;
  };
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  readonly traces: Traces;
}

export async function ask(
  world: World,
  { route, function: path }: Pick<(typeof routes)[number], 'route' | 'function'>,
  call: HttpCall,
  caller: Person,
): Promise<Reply> {
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
export function expectRefusal({ body, status, traces, text }: Reply, code: string): void {
  expect(problem.parse(body)).toMatchObject({ code, status });
  expect(traces).toMatchObject({ pushes: 0, queued: 0 });
  expect(traces.log).toContain(`"code":"${code}"`);
  expect(text).not.toMatch(/node_modules|\.ts:|Exception/);
}

export function expectOutcome(reply: Reply, outcome: Outcome): void {
  if (typeof outcome === 'number') expect(reply).toMatchObject({ status: outcome });
  else expectRefusal(reply, outcome);
}

/** One frame, from the connection of its caller or from one that nobody opened. */
export async function frame(
  world: World,
  { routeKey, path }: Pick<(typeof actions)[number], 'routeKey' | 'path'>,
  fields: Readonly<Record<string, unknown>>,
  caller: Person | undefined,
): Promise<{ code: string | undefined; traces: Traces }> {
  const connectionId = caller ? `c-${caller.userId}` : 'nobody';
  const event = aSocketEvent(JSON.stringify({ action: routeKey, ...fields }), {
    connectionId,
    routeKey,
    identity: caller ?? null,
  });
  const { result, traces } = await world.run(path, event, aContext());
  expect(result).toEqual({ statusCode: 200 });
  return { code: /"code":"([\w.]+)"/.exec(traces.log)?.[1], traces };
}
