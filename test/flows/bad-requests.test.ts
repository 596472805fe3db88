import { beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { problemOf } from '../support/client.ts';
import { people, sharedCloud } from '../support/cloud.ts';
import { type Person, testPassword } from '../support/people.ts';

let ada: Person;
beforeAll(async () => {
  [ada] = await people(1);
});

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a body', () => {
  it.each([
    ['that is empty', '', 'request.body_not_json'],
    ['that is not JSON', '{"email":', 'request.body_not_json'],
    ['that is a list', '[]', 'request.invalid'],
    ['that is null', 'null', 'request.invalid'],
    ['that is very deep', deep(20_000), 'request.invalid'],
    ['with a deep field', `{"email":${deep(20_000)},"password":"x"}`, 'request.invalid'],
    ['with objects for texts', '{"email":{"$ne":""},"password":{"$ne":""}}', 'request.invalid'],
  ])('%s is refused', async (_, rawBody, code) => {
    const answer = await sharedCloud().call('POST', '/auth/login', { rawBody });
    expect(problemOf(answer)).toMatchObject({ status: 400, code });
  });

  it('of 100 KB is refused as too large', async () => {
    const rawBody = JSON.stringify({ email: 'x'.repeat(100 * 1024), password: 'x' });
    const answer = await sharedCloud().call('POST', '/auth/login', { rawBody });
    expect(problemOf(answer)).toMatchObject({ status: 413, code: 'request.too_large' });
  });

  it('of 100 KB is refused as too large for somebody who is signed in', async () => {
    const rawBody = `{"type":"group","title":"x","members":[],"padding":"${'x'.repeat(100 * 1024)}"}`;
    expect(problemOf(await ada.call('POST', '/conversations', { rawBody })).status).toBe(413);
  });
});

describe('a registration', () => {
  it.each<[string, Record<string, unknown>]>([
    ['no e-mail', { email: undefined }],
    ['an e-mail without @', { email: 'ada' }],
    ['an e-mail that is too long', { email: `${'x'.repeat(limits.emailMaxChars)}@example.test` }],
    ['a short password', { password: 'x'.repeat(limits.passwordMinChars - 1) }],
    ['a long password', { password: 'x'.repeat(limits.passwordMaxChars + 1) }],
    ['a handle with a space', { handle: 'a b' }],
    ['a handle of one character', { handle: 'a' }],
    ['a blank name', { display_name: '  ' }],
    ['a name with a line break', { display_name: 'a\nb' }],
    ['a name with a lone surrogate', { display_name: 'a\uD800' }],
  ])('with %s is refused, and the field is named', async (_, fault) => {
    const body = {
      email: 'x@example.test',
      password: testPassword,
      handle: 'xyz',
      display_name: 'X',
      ...fault,
    };

    const problem = problemOf(await sharedCloud().call('POST', '/auth/register', { body }));

    expect(problem).toMatchObject({ status: 400, code: 'request.invalid' });
    expect(problem.detail).toContain(Object.keys(fault)[0]);
    expect(problem.detail).not.toContain(testPassword);
  });
});

describe('a search for people', () => {
  it.each(['', '?query=', '?query=%20', `?query=${'x'.repeat(limits.userSearchQueryMaxChars + 1)}`])(
    'refuses /users%s',
    async (query) => {
      expect(problemOf(await ada.call('GET', `/users${query}`))).toMatchObject({ code: 'request.invalid' });
    },
  );

  it('finds somebody by handle, and tells no e-mail address', async () => {
    const [ben] = await people(1);

    const answer = await ada.call('GET', `/users?query=${ben.handle}`);

    expect(answer.body).toMatchObject({ users: [{ user_id: ben.userId, handle: ben.handle }] });
    expect(JSON.stringify(answer.body)).not.toContain(ben.email);
  });
});
