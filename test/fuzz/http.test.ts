/** Nonsense at every HTTP route: an answer that says what was wrong, never an error of ours and never a word about us. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { httpRoutes } from '../../functions/routes.ts';
import { httpRows } from '../authorization/rows.ts';
import { createWorld, type Person, type World } from '../authorization/world.ts';
import { testDatabase } from '../support/dynamodb.ts';
import { aContext, anHttpEvent, type HttpCall } from '../support/in-memory-aws.ts';

const database = testDatabase();
let world: World;
let caller: Person;

beforeAll(async () => {
  world = await createWorld(database());
  caller = await world.person();
});

async function ask(route: string, path: string, call: HttpCall): Promise<void> {
  const event = anHttpEvent(route, { token: caller.token, ...call });
  const { result, traces } = await world.run(path, event, aContext());
  const { statusCode, body } = result as { statusCode: number; body?: string };
  expect(statusCode, `${body} ${traces.log}`).toBeLessThan(500);
  if (statusCode >= 400) expect(problem.parse(JSON.parse(body ?? '')).status).toBe(statusCode);
  expect(body ?? '').not.toMatch(/node_modules|\.ts:\d|Exception|ECONN|dynamodb/i);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
}

/** Texts that have broken something somewhere. */
const nastyText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\uffff',
    '__proto__',
    'constructor',
    '../x',
    '%2e%2e',
    "' OR 1=1 --",
  ),
  fc.constantFrom(
    '{"$ne":null}',
    '﷽'.repeat(200),
    'x'.repeat(10_000),
    '١٢٣٤٥٦',
    'a@b.c',
    '+0',
    'u_#',
    '1e999',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const nasty = fc.oneof(
  nastyText,
  fc.constantFrom(null, true, 0, -1, 1.5, 2 ** 53, {}, [], [[]], { $gt: '' }, ['a', 'b']),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A proper body with a field or two replaced, removed or added. */
function mutated(body: unknown) {
  const fields = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  const name = fc.constantFrom(...fields, '__proto__', 'sender_id', 'role', 'user_id', 'created_at');
  return fc
    .array(fc.tuple(name, fc.option(nasty, { nil: undefined })), { minLength: 1, maxLength: 3 })
    .map((changes) => {
      const changed: Record<string, unknown> = { ...(body as object) };
      for (const [field, value] of changes)
        Object.defineProperty(changed, field, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return JSON.stringify(changed);
    });
}

const rawBody = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('', '{', '[]', 'null', '"x"', '{"a":1,"a":2}', '['.repeat(5_000), 'x'.repeat(70_000)),
  fc.constant('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  fc.string(),
);

describe('nonsense', () => {
  const routes = httpRoutes.filter(({ route }) => route !== 'DELETE /me' && route !== 'POST /auth/logout');

  it.each(routes)('$route', async ({ route, function: path }) => {
    const row = httpRows[route];
    const proper = row.request('x');
    const dictionary = fc.dictionary(
      fc.oneof(fc.constantFrom('query', 'limit', 'since_seq', 'cursor'), nastyText),
      nastyText,
      {
        maxKeys: 3,
      },
    );
    const call = fc.record(
      {
        rawBody: fc.oneof(mutated(proper.body), rawBody),
        query: dictionary,
        path: fc.record({ id: nastyText, user_id: nastyText }),
        isBase64Encoded: fc.boolean(),
        authorization: fc.oneof(fc.constant(`Bearer ${caller.token}`), nastyText),
      },
      { requiredKeys: ['rawBody', 'path'] },
    );
    await fc.assert(
      fc.asyncProperty(call, (one) => ask(route, path, one)),
      { numRuns: 60, seed: 17 },
    );
  });
});
