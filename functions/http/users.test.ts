import { beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { blocksResponse, me, personResponse, usersResponse } from '../../events/user-contracts.ts';
import { dynamoUserStore } from '../../shared/users/dynamo-user-store.ts';
import { userId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { httpCaller, type SignedIn, signUp, stubEnvironment } from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
let call: ReturnType<typeof httpCaller>;
let anna: SignedIn;
let count = 0;

/** Somebody of their own for a test that changes them. */
async function somebody(): Promise<SignedIn> {
  count += 1;
  return await signUp(database(), `somebody${count}`);
}

async function erase(person: SignedIn): Promise<void> {
  const { client, tables } = database();
  const users = dynamoUserStore(client, tables.usersTable);
  const profile = await users.get(person.userId);
  if (!profile) throw new Error('there is nobody to erase');
  await users.erase(profile, '2026-03-01T12:00:00.000Z');
}

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

describe('PATCH /me', () => {
  it('changes what is named, for everybody who looks', async () => {
    const person = await somebody();
    const body = { display_name: ' Q. Uincy ', handle: `quincy${count}`, avatar: 'att_1', locale: 'de-AT' };
    const answer = await call('PATCH /me', { token: person.token, body });
    expect(answer.status).toBe(200);
    const expected = { display_name: 'Q. Uincy', handle: `quincy${count}`, avatar: 'att_1' };
    expect(me.parse(answer.body)).toMatchObject({ ...expected, locale: 'de-AT', time_zone: null });
    expect((await call('GET /me', { token: person.token })).body).toEqual(answer.body);
    const path = { id: person.userId };
    const seen = personResponse.parse((await call('GET /users/{id}', { token: anna.token, path })).body);
    expect(seen).toEqual({ user_id: person.userId, ...expected });
    const found = await call('GET /users', { token: anna.token, query: { query: 'uincy' } });
    expect(usersResponse.parse(found.body).users).toEqual([seen]);
  });

  it('answers 409 for a handle that somebody has, or that nobody gets', async () => {
    const { token } = await somebody();
    for (const handle of ['anna', 'ANNABEL', 'support']) {
      const answer = await call('PATCH /me', { token, body: { handle } });
      expect(problem.parse(answer.body)).toMatchObject({ status: 409, code: 'auth.handle_taken' });
    }
  });

  it.each([
    {},
    { display_name: '' },
    { display_name: 'x'.repeat(65) },
    { handle: 'a b' },
    { handle: null },
    { avatar: '../secret' },
    { avatar: 'https://evil.example/x.png' },
    { locale: 'not a locale' },
    { time_zone: 'Mars/Olympus' },
    { display_name: { $ne: '' } },
    { email: 'other@example.org' },
    { user_id: userId('other'), email_verified: true, deleted_at: 'now' },
  ])('answers 400 for %j and changes nothing', async (body) => {
    const before = (await call('GET /me', { token: anna.token })).body;
    const answer = await call('PATCH /me', { token: anna.token, body });
    expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'request.invalid' });
    expect((await call('GET /me', { token: anna.token })).body).toEqual(before);
  });

  it('drops fields that are not the owner’s to change (API3, ASVS 15.3.3)', async () => {
    const { token } = await somebody();
    const before = me.parse((await call('GET /me', { token })).body);
    const body = { locale: 'en', email: 'x@example.org', email_verified: true, user_id: anna.userId };
    const after = me.parse((await call('PATCH /me', { token, body })).body);
    expect(after).toEqual({ ...before, locale: 'en' });
  });

  it('is over with the account', async () => {
    const person = await somebody();
    await erase(person);
    for (const route of ['GET /me', 'PATCH /me']) {
      const answer = await call(route, { token: person.token, body: { locale: 'en' } });
      expect(problem.parse(answer.body)).toMatchObject({ status: 401, code: 'auth.session_ended' });
    }
  });
});

describe('GET /users/{id}', () => {
  const look = (id: string) => call('GET /users/{id}', { token: anna.token, path: { id } });

  it('shows a person as others may see them', async () => {
    const person = await somebody();
    const answer = await look(person.userId);
    expect(personResponse.parse(answer.body)).toMatchObject({ handle: person.handle });
    expect(answer.text).not.toContain('example.org');
  });

  it('[A2] answers alike for an erased, a missing and an impossible one', async () => {
    const person = await somebody();
    await erase(person);
    const impossible = ['x', '', 'u_', `${anna.userId}x`, 'PROFILE', '../me', '漢'.repeat(2_000), 'a\ud800'];
    const answers = await Promise.all([person.userId, userId('nobody'), ...impossible].map(look));
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.text).toBe(answers[0]?.text);
    }
    expect(problem.parse(answers[0]?.body).code).toBe('user.not_found');
  });
});

describe('blocks', () => {
  const blocks = async (token: string) =>
    blocksResponse.parse((await call('GET /me/blocks', { token })).body).users;
  const put = (token: string, id: string) =>
    call('PUT /me/blocks/{user_id}', { token, path: { user_id: id } });
  const remove = (token: string, id: string) =>
    call('DELETE /me/blocks/{user_id}', { token, path: { user_id: id } });

  it('are put, listed and taken back, each as often as one likes', async () => {
    const [one, two] = [await somebody(), await somebody()];
    expect(await blocks(one.token)).toEqual([]);
    for (let repeat = 0; repeat < 2; repeat += 1) expect((await put(one.token, two.userId)).status).toBe(204);
    expect(await blocks(one.token)).toMatchObject([{ user_id: two.userId, handle: two.handle }]);
    expect(await blocks(two.token)).toEqual([]);
    for (let repeat = 0; repeat < 2; repeat += 1)
      expect((await remove(one.token, two.userId)).status).toBe(204);
    expect(await blocks(one.token)).toEqual([]);
  });

  it('are not of oneself', async () => {
    const { token, userId: own } = await somebody();
    expect(problem.parse((await put(token, own)).body)).toMatchObject({
      status: 409,
      code: 'user.cannot_block',
    });
  });

  it('[A2] are of nobody who is not there', async () => {
    const [one, gone] = [await somebody(), await somebody()];
    await erase(gone);
    for (const id of [gone.userId, userId('nobody'), 'x', '漢'.repeat(2_000)]) {
      expect(problem.parse((await put(one.token, id)).body)).toMatchObject({
        status: 404,
        code: 'user.not_found',
      });
      expect((await remove(one.token, id)).status).toBe(204);
    }
    expect(await blocks(one.token)).toEqual([]);
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
