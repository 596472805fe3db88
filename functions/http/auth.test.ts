import { mockClient } from 'aws-sdk-client-mock';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import {
  challengeResponse,
  jwksResponse,
  secondFactorRequired,
  tokensResponse,
} from '../../events/account-contracts.ts';
import { dynamoSecondFactorStore } from '../../shared/auth/dynamo-second-factor-store.ts';
import { secretBox } from '../../shared/auth/secret-box.ts';
import { systemClock } from '../../shared/clock.ts';
import { sha256 } from '../../shared/ids.ts';
import { authFunction } from '../../test/support/auth-function.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { signingSecret } from '../../test/support/in-memory-aws.ts';
import { testPassword as password } from '../../test/support/people.ts';
import { sessionStoreIn } from '../../test/support/session-rows.ts';

const { database, call, refusal, queued, registered } = authFunction();

describe('POST /auth/login', () => {
  it('signs in', async () => {
    const { email, tokens } = await registered();
    const answer = await call('POST /auth/login', { body: { email: email.toUpperCase(), password } });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).user).toEqual(tokens.user);
  });

  it('answers the same 401 for a wrong address and a wrong password', async () => {
    const { email } = await registered();
    const wrong = await refusal('POST /auth/login', { body: { email, password: 'wrong password' } });
    const unknown = await refusal('POST /auth/login', { body: { email: 'no@example.org', password } });
    expect(wrong).toEqual(unknown);
    expect(wrong).toMatchObject({ status: 401, code: 'auth.invalid_credentials' });
    expect(wrong.headers['www-authenticate']).toBe('Bearer');
  });

  it('[A4] answers 429 to who guesses too often, with the time to wait, and lets others in', async () => {
    const { email } = await registered();
    const guess = { email, password: 'a wrong guess' };
    for (let guesses = 0; guesses < 5; guesses += 1) {
      expect((await refusal('POST /auth/login', { body: guess })).status).toBe(401);
    }
    const answer = await refusal('POST /auth/login', { body: { email, password } });
    expect(answer).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.headers['retry-after']).toBe('1');
    const other = await registered();
    expect((await call('POST /auth/login', { body: { email: other.email, password } })).status).toBe(200);
  });

  it.each(['\uFDFA'.repeat(254), '', 'a\u0000b', 'no address'])(
    'answers 401 for what can be no address: %j',
    async (email) => {
      expect((await refusal('POST /auth/login', { body: { email, password } })).status).toBe(401);
    },
  );
});

describe('an account with a second factor', () => {
  const secret = new Secret({ size: 20 }).base32;
  const now = () => Math.floor(systemClock.now() / 1_000);

  async function guarded() {
    const person = await registered();
    const userId = person.tokens.user.user_id;
    const { client, tables } = database();
    const factors = dynamoSecondFactorStore({
      client,
      authTable: tables.authTable,
      backoff: instantBackoff(),
    });
    const source = { current: async () => signingSecret, previous: async () => undefined };
    const sealedSecret = await secretBox(source, systemClock).seal(secret, userId);
    await factors.putPending(userId, { sealedSecret, createdAt: now() });
    await factors.activate(userId, sealedSecret, {
      enabledAt: now(),
      lastStep: 0,
      recovery: new Set([sha256('a recovery code')]),
    });
    return person;
  }

  it('is signed in to in two steps', async () => {
    const { email, tokens } = await guarded();
    const first = await call('POST /auth/login', { body: { email, password } });
    expect(first.status).toBe(202);
    const { challenge_id } = secondFactorRequired.parse(first.body);
    const code = new TOTP({ secret }).generate();
    const answer = await call('POST /auth/second-factor/verify', { body: { challenge_id, code } });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).user.user_id).toBe(tokens.user.user_id);
    expect(await refusal('POST /auth/second-factor/verify', { body: { challenge_id, code } })).toMatchObject({
      status: 401,
      code: 'auth.code_invalid',
    });
  });

  it('is not signed in to with an invented challenge, or a challenge alone', async () => {
    const { email } = await guarded();
    const { challenge_id } = challengeResponse.parse(
      (await call('POST /auth/login', { body: { email, password } })).body,
    );
    for (const body of [
      { challenge_id: 'invented', code: new TOTP({ secret }).generate() },
      { challenge_id, code: 'not it' },
    ]) {
      expect(await refusal('POST /auth/second-factor/verify', { body })).toMatchObject({
        status: 401,
        code: 'auth.code_invalid',
      });
    }
  });
});

describe('a session', () => {
  it('is refreshed', async () => {
    const { tokens } = await registered();
    const answer = await call('POST /auth/refresh', { body: { refresh_token: tokens.refresh_token } });
    expect(answer.status).toBe(200);
    expect(tokensResponse.parse(answer.body).session_id).toBe(tokens.session_id);
  });

  it('is not refreshed with what is no refresh token', async () => {
    const { tokens } = await registered();
    for (const refresh_token of ['', 'x', tokens.access_token.slice(0, 256)]) {
      expect(await refusal('POST /auth/refresh', { body: { refresh_token } })).toMatchObject({
        status: 401,
        code: 'auth.refresh_invalid',
      });
    }
  });

  it('ASVS 7.2.4: ends with a token that was used before the last one, and its sockets hear of it', async () => {
    const { tokens } = await registered();
    const refresh = async (refresh_token: string) =>
      await call('POST /auth/refresh', { body: { refresh_token } });
    const second = tokensResponse.parse((await refresh(tokens.refresh_token)).body);
    const third = tokensResponse.parse((await refresh(second.refresh_token)).body);
    expect((await refresh(tokens.refresh_token)).status).toBe(401);
    expect((await refresh(third.refresh_token)).status).toBe(401);
    expect(queued()).toContainEqual(
      expect.objectContaining({ name: 'sessions.ended', session_ids: [tokens.session_id] }),
    );
  });

  it('remembers from where and with what it was opened', async () => {
    const { tokens } = await registered();
    const [session] = await sessionStoreIn(database()).list(tokens.user.user_id);
    expect(session?.device).toEqual({ ip: '203.0.113.7', userAgent: 'test' });
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('publishes the keys that verify tokens, and no private part', async () => {
    const { tokens } = await registered();
    const { kid } = JSON.parse(Buffer.from(tokens.access_token.split('.')[0] ?? '', 'base64url').toString());
    const answer = await call('GET /.well-known/jwks.json');
    const { keys } = jwksResponse.parse(answer.body);
    expect(keys.map((key) => key.kid)).toContain(kid);
    for (const key of keys) {
      const publicPart = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' };
      expect(key).toEqual({ ...publicPart, kid: expect.any(String), x: expect.any(String) });
    }
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
  });
});

describe('an error of ours', () => {
  it('shows as `internal`, without a word of what it was', async () => {
    const { DynamoDBDocumentClient } = await import('@aws-sdk/lib-dynamodb');
    const dynamo = mockClient(DynamoDBDocumentClient);
    dynamo.rejects(Object.assign(new Error('table auth-x: secret detail'), { name: 'InternalServerError' }));
    const answer = await refusal('POST /auth/login', { body: { email: 'a@example.org', password } });
    dynamo.restore();
    expect(answer).toMatchObject({
      status: 500,
      code: 'internal',
      detail: 'Something went wrong on our side',
    });
    expect(JSON.stringify(answer)).not.toContain('secret detail');
  });

  it('is not made of a route that there is not', async () => {
    expect(await refusal('GET /admin', {})).toMatchObject({ status: 404, code: 'request.not_found' });
    expect(await refusal('toString', {})).toMatchObject({ status: 404 });
  });
});
