import { describe, expect, it } from 'vitest';
import { assertDocumented } from './documented.ts';

const ok = { status: 200, contentType: 'application/json', body: { status: 'ok' } };
const refused = {
  status: 404,
  contentType: 'application/problem+json',
  body: {
    type: 'urn:confab:error:user.not_found',
    title: 'No such person',
    status: 404,
    detail: 'No such person',
    code: 'user.not_found',
    request_id: 'r',
  },
};

describe('assertDocumented', () => {
  it('takes what the documentation describes', () => {
    assertDocumented('GET', '/health', ok);
    assertDocumented('GET', '/users/u_1?x=1', refused);
    assertDocumented('DELETE', '/auth/sessions', { status: 204, contentType: null, body: undefined });
    assertDocumented('GET', '/no/such/path', { status: 418, contentType: null, body: 'x' });
  });

  it.each([
    ['a status that the route does not have', 'GET', '/health', { ...ok, status: 201 }],
    ['a field too many', 'GET', '/health', { ...ok, body: { status: 'ok', secret: 1 } }],
    ['a field of another type', 'GET', '/health', { ...ok, body: { status: 1 } }],
    ['another content type', 'GET', '/health', { ...ok, contentType: 'text/html' }],
    ['a code that the route does not have', 'GET', '/conversations/c_1', refused],
    ['a body where there is none', 'DELETE', '/auth/sessions', { ...ok, status: 204 }],
  ])('refuses %s', (_, method, path, answer) => {
    expect(() => assertDocumented(method, path, answer)).toThrow(`${method} ${path}`);
  });
});
