import { describe, expect, it } from 'vitest';
import { tokensResponse, verifiedResponse } from '../../events/account-contracts.ts';
import type { CodeRequested } from '../../events/account-event.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { deliverCode } from '../../shared/codes/deliver-code.ts';
import { dynamoCodeStore } from '../../shared/codes/dynamo-code-store.ts';
import { authFunction, type Registered } from '../../test/support/auth-function.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { codeIn, rememberingMailer, rememberingTexter } from '../../test/support/in-memory-mail.ts';

const { database, call, refusal, queued, registered } = authFunction();

/** Delivers a request for a code as the consumer of the queue does, and reads the mail. */
async function codeOf(event: CodeRequested) {
  const { client, tables } = database();
  const mailer = rememberingMailer();
  await deliverCode(event, {
    mailer,
    texter: rememberingTexter(),
    accounts: dynamoAccountStore(client, tables, instantBackoff()),
    codes: dynamoCodeStore({ client, authTable: tables.authTable }),
    clock: systemClock,
    randomInt: (min) => min + 123_456,
    webUrl: 'https://chat.example.org',
  });
  return codeIn(mailer.last(event.to.address).text);
}

/** A code for signing in; the request itself is another function's. */
async function loginCode(email: string) {
  const challenge_id = `challenge for ${email}`;
  const base = { version: 1, occurred_at_ms: systemClock.now(), name: 'code.requested' } as const;
  const to = { channel: 'email', address: email } as const;
  const request = { ...base, purpose: 'login', to, challenge_id, user_id: null, sign_up: false } as const;
  return { email, purpose: 'login', challenge_id, code: await codeOf(request) };
}

/** The answer to the mail that follows a sign-up. */
async function verification({ email, tokens }: Registered) {
  const event = queued().find(
    (one): one is CodeRequested => one.name === 'code.requested' && one.to.address === email,
  );
  if (!event) throw new Error('no code was requested');
  const { challenge_id } = tokens.email_verification;
  return { email, purpose: 'verify', challenge_id, code: await codeOf(event) };
}

describe('POST /auth/otp/verify', () => {
  const route = 'POST /auth/otp/verify';

  it('proves an address, for the session that asked', async () => {
    const person = await registered();
    const body = await verification(person);
    const answer = await call(route, { body, token: person.tokens.access_token });
    expect(answer.status).toBe(200);
    expect(verifiedResponse.parse(answer.body).user).toMatchObject({
      user_id: person.tokens.user.user_id,
      email_verified: true,
    });
  });

  it('proves nothing to nobody, or to somebody else', async () => {
    const person = await registered();
    const body = await verification(person);
    expect(await refusal(route, { body })).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
    const stranger = await registered();
    const token = stranger.tokens.access_token;
    expect(await refusal(route, { body, token })).toMatchObject({ status: 401, code: 'auth.code_invalid' });
  });

  it('signs in with a code', async () => {
    const person = await registered();
    await call(route, { body: await verification(person), token: person.tokens.access_token });
    const body = await loginCode(person.email);
    const answer = await call(route, { body });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).user.user_id).toBe(person.tokens.user.user_id);
    expect(await refusal(route, { body })).toMatchObject({ status: 401, code: 'auth.code_invalid' });
  });

  it('ends what was open in an account that had only named the address, and tells its sockets', async () => {
    const trap = await registered();
    const answer = await call(route, { body: await loginCode(trap.email) });
    expect(tokensResponse.parse(answer.body).user).toMatchObject({ email_verified: true });
    expect(queued()).toContainEqual(
      expect.objectContaining({ name: 'sessions.ended', session_ids: [trap.tokens.session_id] }),
    );
    const refresh = { body: { refresh_token: trap.tokens.refresh_token } };
    expect(await refusal('POST /auth/refresh', refresh)).toMatchObject({ code: 'auth.refresh_invalid' });
  });

  it.each([
    { email: 'a@example.org', phone: '+4915112345678' },
    {},
    { email: 'a@example.org', purpose: 'reset' },
    { email: { $gt: '' } },
    { phone: '0151 2345678' },
    { email: 'a@example.org', code: '\ud800' },
  ])('answers 400 for %j', async (more) => {
    const body = { purpose: 'login', challenge_id: 'x', code: '123456', ...more };
    expect((await refusal(route, { body })).status).toBe(400);
  });
});
