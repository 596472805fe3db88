import { beforeAll, describe, expect, it } from 'vitest';
import { me, problem, usersResponse } from '../../events/http-contracts.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { httpCaller, type SignedIn, signUp, stubEnvironment } from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
let call: ReturnType<typeof httpCaller>;
let anna: SignedIn;

beforeAll(async () => {
  stubEnvironment(database());
  call = httpCaller((await import('./users.ts')).handler);
  anna = await signUp(database(), 'anna');
  await signUp(database(), 'annabel');
});

describe('GET /me', () => {
  it('shows the caller to themselves, with the address', async () => {
    const answer = await call('GET /me', { token: anna.token });
    expect(me.parse(answer.body)).toMatchObject({
      user_id: anna.userId,
      handle: 'anna',
      email: 'anna@example.org',
    });
  });
});

describe('GET /users', () => {
  const search = (query: Record<string, string>) => call('GET /users', { token: anna.token, query });

  it('finds people by the beginning of their names', async () => {
    const { users } = usersResponse.parse((await search({ query: '@ANNA' })).body);
    expect(users.map(({ handle }) => handle).sort()).toEqual(['anna', 'annabel']);
  });

  it('shows nobody the address of another', async () => {
    expect((await search({ query: 'anna' })).text).not.toContain('example.org');
  });

  it.each([{}, { query: '' }, { query: '  ' }, { query: 'x'.repeat(65) }])(
    'answers 400 for %j',
    async (query) => {
      const answer = await search(query as Record<string, string>);
      expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'request.invalid' });
    },
  );

  it.each(['%', '*', '.*', '#', 'a#b', '\u0000', '’; --', '漢字'])('finds nobody for %j', async (query) => {
    const answer = await search({ query });
    expect(answer.status).toBe(200);
    expect(usersResponse.parse(answer.body).users).toEqual([]);
  });

  it('answers half a character with anything but an error of ours', async () => {
    expect((await search({ query: 'a\ud800' })).status).toBeLessThan(500);
  });
});
