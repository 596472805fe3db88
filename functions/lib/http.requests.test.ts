import { describe, expect, it, vi } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { limits } from '../../shared/limits.ts';
import { routesOfEachKind } from '../../test/support/http-routes.ts';
import { aContext, anHttpEvent } from '../../test/support/in-memory-aws.ts';
import { edgeHeader, viewerHeader } from './viewer-address.ts';

vi.hoisted(() => vi.stubEnv('LOG_LEVEL', 'SILENT'));

const forgot = 'POST /auth/password/forgot';
const body = { email: 'anna@example.org' };

describe('what a route gets', () => {
  it('is the body, held against its contract: nothing that nobody asked for', async () => {
    const { call, reached } = await routesOfEachKind();
    await call(forgot, { rawBody: JSON.stringify({ ...body, purpose: 'verify', user_id: 'u_X' }) });
    await call(forgot, { rawBody: '{"__proto__":{"admin":true},"email":"anna@example.org"}' });
    expect(reached).toMatchObject([{ body }, { body }]);
    for (const request of reached) expect(Object.keys((request as { body: object }).body)).toEqual(['email']);
  });

  it('is the body also when API Gateway encoded it', async () => {
    const { call, reached } = await routesOfEachKind();
    const rawBody = Buffer.from(JSON.stringify(body)).toString('base64');
    await call(forgot, { rawBody, isBase64Encoded: true });
    expect(reached).toMatchObject([{ body }]);
  });

  it.each([
    ['', 'request.body_not_json'],
    ['{', 'request.body_not_json'],
    ['\u0000', 'request.body_not_json'],
    ['null', 'request.invalid'],
    ['[]', 'request.invalid'],
    ['"text"', 'request.invalid'],
    ['{"email":{"$gt":""}}', 'request.invalid'],
    ['{"email":["anna@example.org"]}', 'request.invalid'],
    ['{"email":"anna@example.org","phone":"+4915112345678"}', 'request.invalid'],
    ['{"__proto__":{"email":"anna@example.org"}}', 'request.invalid'],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'request.invalid'],
  ])('is no body that does not fit: %.40j', async (rawBody, code) => {
    const { call, reached } = await routesOfEachKind();
    expect(problem.parse((await call(forgot, { rawBody })).body)).toMatchObject({ status: 400, code });
    expect(reached).toEqual([]);
  });

  it('is no body above 64 KB, counted in bytes and before who calls is looked at', async () => {
    const { call, reached } = await routesOfEachKind();
    const filled = (chars: number) => JSON.stringify({ ...body, filler: '漢'.repeat(chars) });
    expect((await call(forgot, { rawBody: filled(21_000) })).status).toBe(202);
    for (const route of [forgot, 'GET /auth/sessions']) {
      const answer = await call(route, { rawBody: filled(22_000) });
      expect(problem.parse(answer.body)).toMatchObject({ status: 413, code: 'request.too_large' });
    }
    expect(reached).toHaveLength(1);
  });

  it('is the query, held against its contract', async () => {
    const { call, reached, token } = await routesOfEachKind();
    const request = { token: await token() };
    await call('GET /users', { ...request, query: { query: 'ann', admin: 'true' } });
    expect(reached).toMatchObject([{ query: { query: 'ann' } }]);
    expect(reached).not.toMatchObject([{ query: { admin: 'true' } }]);
    const answer = await call('GET /users', request);
    expect(problem.parse(answer.body)).toMatchObject({
      code: 'request.invalid',
      detail: expect.stringMatching(/^query:/),
    });
  });

  it('is the path as it is, which the use case judges', async () => {
    const { call, reached, token } = await routesOfEachKind();
    const request = { token: await token(), path: { user_id: '../x' } };
    expect((await call('DELETE /me/blocks/{user_id}', request)).status).toBe(204);
    expect(reached).toMatchObject([{ path: { user_id: '../x' } }]);
  });

  it('is where the call comes from: the viewer whom the edge names, the last hop otherwise', async () => {
    const { call, reached } = await routesOfEachKind();
    const viewer = { [viewerHeader]: '2001:db8::1:443' };
    await call(forgot, { body, headers: { ...viewer, [edgeHeader]: 'the secret of the edge' } });
    await call(forgot, { body, headers: { ...viewer, [edgeHeader]: 'a guess' } });
    const userAgent = 'test';
    expect(reached).toMatchObject([
      { device: { ip: '2001:db8::1', userAgent } },
      { device: { ip: '203.0.113.7', userAgent } },
    ]);
  });

  it.each([
    ['x'.repeat(1_000), 'x'.repeat(limits.userAgentMaxChars)],
    [`${'x'.repeat(limits.userAgentMaxChars - 1)}😀`, `${'x'.repeat(limits.userAgentMaxChars - 1)}\ufffd`],
    ['', undefined],
  ])('is what the client calls itself, cut to a whole text: %.10s', async (said, kept) => {
    const { handler, reached } = await routesOfEachKind();
    const event = anHttpEvent(forgot, { body });
    event.requestContext.http.userAgent = said;
    await handler(event, aContext());
    expect(reached).toMatchObject([{ device: { userAgent: kept } }]);
  });
});
