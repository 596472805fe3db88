import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { registerResponse } from '../../events/account-contracts.ts';
import { authFunction } from '../../test/support/auth-function.ts';
import { testPassword as password } from '../../test/support/people.ts';

const { sqs: queue, call, refusal, queued, newcomer, registered } = authFunction();

describe('POST /auth/register', () => {
  it('creates an account and signs it in', async () => {
    const body = newcomer();
    const answer = await call('POST /auth/register', { body });
    expect(answer.status).toBe(201);
    expect(registerResponse.parse(answer.body)).toMatchObject({
      user: { email: body.email, handle: body.handle, display_name: body.display_name },
      expires_in: 900,
    });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.text).not.toContain(password);
  });

  it('reads a body that API Gateway encoded', async () => {
    const rawBody = Buffer.from(JSON.stringify(newcomer())).toString('base64');
    expect((await call('POST /auth/register', { rawBody, isBase64Encoded: true })).status).toBe(201);
  });

  it('ASVS 6.3.8: answers the same for an address that has an account, and makes another one', async () => {
    const { email, tokens } = await registered();
    const again = await registered({ email });
    expect(again.tokens.user.user_id).not.toBe(tokens.user.user_id);
    expect(Object.keys(again.tokens)).toEqual(Object.keys(tokens));
    expect(queued().map(({ name }) => name)).toEqual(['code.requested', 'code.requested']);
  });

  it('puts the request for a code into the queue, and no code', async () => {
    const { email, tokens } = await registered();
    expect(queued()).toMatchObject([
      {
        name: 'code.requested',
        purpose: 'verify',
        to: { channel: 'email', address: email },
        user_id: tokens.user.user_id,
        challenge_id: tokens.email_verification.challenge_id,
        sign_up: true,
      },
    ]);
    expect(JSON.stringify(queued())).not.toMatch(/"code"/);
  });

  it('has made the account also when the queue does not answer', async () => {
    queue.on(SendMessageCommand).rejects(new Error('socket hang up'));
    const { email } = await registered();
    expect((await call('POST /auth/login', { body: { email, password } })).status).toBe(200);
  });

  it('answers 409 for a handle that is taken, or that is nobody’s', async () => {
    const { handle } = await registered();
    for (const taken of [handle, 'admin', 'Everyone']) {
      expect(await refusal('POST /auth/register', { body: newcomer({ handle: taken }) })).toMatchObject({
        status: 409,
        code: 'auth.handle_taken',
      });
    }
  });

  it('answers 400 for a password that many people use', async () => {
    const body = newcomer({ password: 'Password123' });
    expect(await refusal('POST /auth/register', { body })).toMatchObject({
      status: 400,
      code: 'auth.password_common',
    });
  });

  it.each([
    ['no JSON', '{"email":', 'request.body_not_json'],
    ['nothing', '', 'request.body_not_json'],
    ['a number', '7', 'request.invalid'],
    ['a list', '[]', 'request.invalid'],
    ['null', 'null', 'request.invalid'],
    ['an empty object', '{}', 'request.invalid'],
    ['objects for texts', JSON.stringify({ ...newcomer(), email: { $gt: '' } }), 'request.invalid'],
    ['a polluted prototype', '{"__proto__":{"email":"x@y.z"}}', 'request.invalid'],
    ['no e-mail address', JSON.stringify(newcomer({ email: 'nobody' })), 'request.invalid'],
    ['a short password', JSON.stringify(newcomer({ password: 'short12' })), 'request.invalid'],
    ['a long password', JSON.stringify(newcomer({ password: 'x'.repeat(129) })), 'request.invalid'],
    ['a handle with a space', JSON.stringify(newcomer({ handle: 'an na' })), 'request.invalid'],
    ['a name of spaces', JSON.stringify(newcomer({ display_name: '   ' })), 'request.invalid'],
    ['a name with a line break', JSON.stringify(newcomer({ display_name: 'a\nb' })), 'request.invalid'],
    [
      'a name with half a character',
      JSON.stringify(newcomer({ display_name: 'a\ud800' })),
      'request.invalid',
    ],
  ])('answers 400 for %s, and creates nothing', async (_, rawBody, code) => {
    expect(await refusal('POST /auth/register', { rawBody })).toMatchObject({ status: 400, code });
  });

  it('names every field that is wrong, and repeats no password', async () => {
    const body = { email: 'nobody', password: 'secret7', handle: 'ok-name' };
    const { detail } = await refusal('POST /auth/register', { body });
    for (const field of ['email', 'password', 'display_name']) expect(detail).toContain(field);
    expect(detail).not.toContain('handle');
    expect(detail).not.toContain('secret7');
  });

  it('answers 413 for more than 64 KB, before it looks at them', async () => {
    const rawBody = '漢'.repeat(22_000);
    expect(await refusal('POST /auth/register', { rawBody })).toMatchObject({
      status: 413,
      code: 'request.too_large',
    });
  });

  // One letter may become eighteen when names are compared, and a key of DynamoDB has at most 1 KB.
  it.each([
    ['a name', { display_name: '\uFDFA'.repeat(64) }],
    ['a handle', { handle: '\uFDFA'.repeat(32) }],
    ['an address', { email: `${'\uFDFA'.repeat(200)}@example.org` }],
    ['an address with half a character', { email: '\ud800@example.org' }],
  ])('answers %s that grows or breaks with anything but an error of ours', async (_, more) => {
    expect((await call('POST /auth/register', { body: newcomer(more) })).status).toBeLessThan(500);
  });
});
