import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { Secret, TOTP } from 'otpauth';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  challengeResponse,
  recoveryCodesResponse,
  secondFactorEnrolment,
  sessionsResponse,
  ticketResponse,
} from '../../events/account-contracts.ts';
import { type AccountEvent, accountEvent } from '../../events/account-event.ts';
import { problem } from '../../events/http-contracts.ts';
import { credentialsKey, limitKey, sessionKey } from '../../shared/auth/auth-keys.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { hashPassword } from '../../shared/auth/password.ts';
import { newSession } from '../../shared/auth/session.ts';
import { systemClock } from '../../shared/clock.ts';
import { randomIds } from '../../shared/ids.ts';
import { limits } from '../../shared/limits.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  type HttpCall,
  httpCaller,
  type SignedIn,
  signUp,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
const sqs = mockClient(SQSClient);
const password = 'correct horse battery staple';
let call: ReturnType<typeof httpCaller>;

beforeAll(async () => {
  stubEnvironment(database());
  const secret = 'generated secret of the edge, 64 characters long, as if generated';
  mockClient(SecretsManagerClient).on(GetSecretValueCommand).resolves({ SecretString: secret });
  call = httpCaller((await import('./account.ts')).handler);
});

beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
});

let count = 0;
const someone = () => {
  count += 1;
  return signUp(database(), `someone${count}`);
};

/** What is in the queue, held against the contract. */
const queued = (): AccountEvent[] =>
  sqs
    .commandCalls(SendMessageCommand)
    .map(({ args: [{ input }] }) => accountEvent.parse(JSON.parse(input.MessageBody ?? '')));

const sessionStore = () =>
  dynamoSessionStore({
    client: database().client,
    authTable: database().tables.authTable,
    clock: systemClock,
    backoff: instantBackoff(),
  });

/** Another session of the same person, on another device. */
async function anotherSession({ userId }: SignedIn) {
  const device = { userAgent: 'Phone/1', ip: '198.51.100.4' };
  const identity = { userId, sessionId: randomIds.session() };
  const session = newSession(identity, randomIds.secret(), systemClock.now(), device);
  expect(await sessionStore().add(session)).toBe(true);
  return session;
}

async function update(key: Record<string, string>, attribute: string, value: unknown) {
  const { client, tables } = database();
  const change = { TableName: tables.authTable, Key: key, UpdateExpression: 'SET #a = :v' };
  const names = { ExpressionAttributeNames: { '#a': attribute }, ExpressionAttributeValues: { ':v': value } };
  await client.send(new UpdateCommand({ ...change, ...names }));
}
/** As if the sign-in of this session were longer ago than counts as recent. */
const signedInLongAgo = ({ userId, sessionId }: SignedIn) =>
  update(
    sessionKey(userId, sessionId),
    'authenticated_at',
    Math.floor(systemClock.now() / 1_000) - limits.recentAuthenticationSeconds - 1,
  );
const hasPassword = async ({ userId }: SignedIn) =>
  update(credentialsKey(userId), 'password_hash', await hashPassword(password));

const refusal = async (route: string, request: HttpCall) => problem.parse((await call(route, request)).body);

describe('POST /auth/logout', () => {
  it('[I8] ends the session for every token of it, and has its sockets told (ASVS 7.4.1)', async () => {
    const anna = await someone();
    const { token, userId, sessionId } = anna;
    const other = await anotherSession(anna);
    expect((await call('POST /auth/logout', { token })).status).toBe(204);
    expect(queued()).toMatchObject([{ name: 'sessions.ended', user_id: userId, session_ids: [sessionId] }]);
    for (const route of ['GET /auth/sessions', 'POST /auth/ws-ticket', 'POST /auth/password']) {
      expect(await refusal(route, { token })).toMatchObject({ status: 401, code: 'auth.session_ended' });
    }
    expect(await sessionStore().isLive(other)).toBe(true);
  });

  it('[A1] may be repeated: the first answer may have been lost, or the socket not been told', async () => {
    const { token } = await someone();
    for (const _ of [1, 2]) expect((await call('POST /auth/logout', { token })).status).toBe(204);
    expect(queued()).toHaveLength(2);
  });

  it('[A1] is for nobody else', async () => {
    const { token } = await someone();
    for (const authorization of [undefined, '', 'Bearer x', `Bearer ${token}x`]) {
      const request = authorization === undefined ? {} : { authorization };
      expect(await refusal('POST /auth/logout', request)).toMatchObject({ code: 'auth.unauthenticated' });
    }
    expect(queued()).toEqual([]);
  });

  it('does nothing by halves: when the queue takes nothing, the session lives and the caller comes again', async () => {
    const anna = await someone();
    sqs.on(SendMessageCommand).rejects(new Error('no queue'));
    const answer = await call('POST /auth/logout', { token: anna.token });
    expect(problem.parse(answer.body)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(await sessionStore().isLive(anna)).toBe(true);
  });
});

describe('/auth/sessions', () => {
  it('[I8] shows where one is signed in, and nothing of a secret', async () => {
    const anna = await someone();
    const other = await anotherSession(anna);
    const answer = await call('GET /auth/sessions', { token: anna.token });
    expect(answer.status).toBe(200);
    const { sessions } = sessionsResponse.parse(answer.body);
    const current = Object.fromEntries(sessions.map((one) => [one.session_id, one.current]));
    expect(current).toEqual({ [anna.sessionId]: true, [other.sessionId]: false });
    expect(sessions.find((one) => !one.current)).toMatchObject({
      user_agent: 'Phone/1',
      ip: '198.51.100.4',
    });
    expect(answer.text).not.toContain(other.refreshHash);
  });

  it('[I8] ends one of them', async () => {
    const anna = await someone();
    const other = await anotherSession(anna);
    const request = { token: anna.token, path: { id: other.sessionId } };
    expect((await call('DELETE /auth/sessions/{id}', request)).status).toBe(204);
    expect(queued()).toMatchObject([{ name: 'sessions.ended', session_ids: [other.sessionId] }]);
    expect(await sessionStore().isLive(other)).toBe(false);
    expect(await sessionStore().isLive(anna)).toBe(true);
  });

  it('[I8] ends the one that asks, too', async () => {
    const anna = await someone();
    const request = { token: anna.token, path: { id: anna.sessionId } };
    expect((await call('DELETE /auth/sessions/{id}', request)).status).toBe(204);
    expect(await sessionStore().isLive(anna)).toBe(false);
  });

  it('[A2] answers alike for foreign, missing and malformed ones, and ends none', async () => {
    const [anna, ben] = [await someone(), await someone()];
    const answers = [];
    for (const id of [
      ben.sessionId,
      randomIds.session(),
      '',
      '../x',
      '__proto__',
      '\u0000',
      'x'.repeat(2_000),
    ]) {
      answers.push(await call('DELETE /auth/sessions/{id}', { token: anna.token, path: { id } }));
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(problem.parse(answers[0]?.body)).toMatchObject({ status: 404, code: 'session.not_found' });
    expect(await sessionStore().isLive(ben)).toBe(true);
    expect(queued()).toEqual([]);
  });

  it('[I8] ends all but the one that asks', async () => {
    const [anna, ben] = [await someone(), await someone()];
    const others = [await anotherSession(anna), await anotherSession(anna)];
    expect((await call('DELETE /auth/sessions', { token: anna.token })).status).toBe(204);
    const [event] = queued();
    if (event?.name !== 'sessions.ended') throw new Error('nothing was said about it');
    expect([...event.session_ids].sort()).toEqual(others.map(({ sessionId }) => sessionId).sort());
    expect(await sessionStore().list(anna.userId)).toHaveLength(1);
    expect(await sessionStore().isLive(anna)).toBe(true);
    expect(await sessionStore().isLive(ben)).toBe(true);
  });
});

describe('POST /auth/ws-ticket', () => {
  it('[C1] gives a ticket for a socket', async () => {
    const { token } = await someone();
    const answer = await call('POST /auth/ws-ticket', { token });
    const url = 'wss://socket.example.org/live';
    expect(ticketResponse.parse(answer.body)).toMatchObject({ url, expires_in: 30 });
  });

  it('[A3] gives no more than one’s share, and says when the next one is there', async () => {
    const { token } = await someone();
    let answer = await call('POST /auth/ws-ticket', { token });
    for (let calls = 0; answer.status === 200 && calls < 300; calls += 1) {
      answer = await call('POST /auth/ws-ticket', { token });
    }
    expect(problem.parse(answer.body)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.headers['retry-after']).toBe('1');
  });
});

describe('asking for a code', () => {
  it('[I4] answers alike whoever has the address, after the same work (ASVS 6.3.8)', async () => {
    const { handle } = await someone();
    for (const route of ['POST /auth/otp/request', 'POST /auth/password/forgot']) {
      const shapes = [];
      for (const email of [`${handle}@example.org`, `nobody${count}@example.org`]) {
        sqs.resetHistory();
        const answer = await call(route, {
          body: { email, ...(route.includes('otp') && { purpose: 'login' }) },
        });
        expect(answer.status).toBe(202);
        expect(challengeResponse.parse(answer.body).challenge_id).toMatch(/^[\w-]{43}$/);
        const [{ name, purpose, user_id }] = queued() as [Extract<AccountEvent, { name: 'code.requested' }>];
        shapes.push({ length: answer.text.length, headers: answer.headers, name, purpose, user_id });
      }
      expect(shapes[0]).toEqual(shapes[1]);
    }
  });

  it('[I4] to prove an address needs a session', async () => {
    const body = { email: 'somebody@example.org', purpose: 'verify' };
    expect(await refusal('POST /auth/otp/request', { body })).toMatchObject({ code: 'auth.unauthenticated' });
    expect(queued()).toEqual([]);
  });

  it('[I7] to prove another address needs recent authentication', async () => {
    const anna = await someone();
    const request = { token: anna.token, body: { phone: '+4915112345678', purpose: 'verify' } };
    expect((await call('POST /auth/otp/request', request)).status).toBe(202);
    expect(queued()).toMatchObject([{ purpose: 'verify', user_id: anna.userId, to: { channel: 'sms' } }]);
    await signedInLongAgo(anna);
    expect(await refusal('POST /auth/otp/request', request)).toMatchObject({
      status: 403,
      code: 'auth.reauthentication_required',
    });
    const own = { email: `${anna.handle}@example.org`, purpose: 'verify' };
    expect((await call('POST /auth/otp/request', { token: anna.token, body: own })).status).toBe(202);
  });

  it('[I10] has an end for an address, whoever asks', async () => {
    const body = { phone: '+4915199999999' };
    let answer = await call('POST /auth/password/forgot', { body });
    for (let calls = 0; answer.status === 202 && calls < 10; calls += 1) {
      answer = await call('POST /auth/password/forgot', { body });
    }
    expect(problem.parse(answer.body)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(queued()).toHaveLength(3);
  });
});

describe('POST /auth/password/reset', () => {
  const body = {
    email: 'a@example.org',
    challenge_id: 'c',
    code: '123456',
    new_password: 'a fine new password',
  };

  it('[I4] refuses what is no code of this request', async () => {
    expect(await refusal('POST /auth/password/reset', { body })).toMatchObject({
      status: 401,
      code: 'auth.code_invalid',
    });
  });

  it('[A3] refuses an IP that has guessed too often', async () => {
    const { client, tables } = database();
    const full = { tat: systemClock.now() + 3_600_000, expires_at: 9_999_999_999 };
    const row = { ...limitKey('code.check.ip', '203.0.113.7'), ...full };
    await client.send(new PutCommand({ TableName: tables.authTable, Item: row }));
    expect(await refusal('POST /auth/password/reset', { body })).toMatchObject({ code: 'rate_limited' });
  });
});

describe('the password', () => {
  const new_password = 'another fine password';

  it('[I8] is changed, which ends every other session (ASVS 7.4.3)', async () => {
    const anna = await someone();
    await hasPassword(anna);
    const other = await anotherSession(anna);
    const wrong = { current_password: 'wrong', new_password };
    expect(await refusal('POST /auth/password', { token: anna.token, body: wrong })).toMatchObject({
      status: 401,
      code: 'auth.invalid_credentials',
    });
    const body = { current_password: password, new_password };
    expect((await call('POST /auth/password', { token: anna.token, body })).status).toBe(204);
    expect([await sessionStore().isLive(anna), await sessionStore().isLive(other)]).toEqual([true, false]);
    expect(queued()).toMatchObject([{ name: 'sessions.ended', session_ids: [other.sessionId] }]);
  });

  it('[I7] confirms that it is still you', async () => {
    const anna = await someone();
    await hasPassword(anna);
    await signedInLongAgo(anna);
    const { token } = anna;
    const verify = { token, body: { email: 'new@example.org', purpose: 'verify' } };
    expect(await refusal('POST /auth/otp/request', verify)).toMatchObject({ status: 403 });
    for (const body of [{ password: 'wrong' }, { password: '' }]) {
      expect(await refusal('POST /auth/reauthenticate', { token, body })).toMatchObject({
        status: 401,
        code: 'auth.invalid_credentials',
      });
    }
    const code = { email: `${anna.handle}@example.org`, challenge_id: 'c', code: '123456' };
    expect(await refusal('POST /auth/reauthenticate', { token, body: code })).toMatchObject({
      code: 'auth.code_invalid',
    });
    expect((await call('POST /auth/reauthenticate', { token, body: { password } })).status).toBe(204);
    expect((await call('POST /auth/otp/request', verify)).status).toBe(202);
  });
});

describe('the second factor', () => {
  const view = async ({ token }: SignedIn) => (await call('GET /auth/second-factor', { token })).body;
  const codeOf = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  /** Those of the next and the last two minutes. */
  const nearbyCodes = (secret: string) =>
    new Set(
      [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((steps) =>
        new TOTP({ secret: Secret.fromBase32(secret) }).generate({
          timestamp: systemClock.now() + steps * 30_000,
        }),
      ),
    );
  const off = { enabled: false, enabled_at: null, recovery_codes_left: 0 };

  it('[I5] is set up with a first code, shown in numbers only, renewed and removed', async () => {
    const anna = await someone();
    const { token } = anna;
    expect(await view(anna)).toEqual(off);
    const started = await call('POST /auth/second-factor', { token });
    expect(started.status).toBe(201);
    const { secret } = secondFactorEnrolment.parse(started.body);
    expect(await view(anna)).toEqual(off);
    const confirmed = await call('POST /auth/second-factor/confirm', {
      token,
      body: { code: codeOf(secret) },
    });
    expect(recoveryCodesResponse.parse(confirmed.body).recovery_codes).toHaveLength(limits.recoveryCodes);
    expect(await view(anna)).toMatchObject({ enabled: true, recovery_codes_left: limits.recoveryCodes });
    expect(await refusal('POST /auth/second-factor', { token })).toMatchObject({
      status: 409,
      code: 'auth.second_factor_exists',
    });
    const renewed = await call('POST /auth/second-factor/recovery-codes', { token });
    expect(renewed.body).not.toEqual(confirmed.body);
    expect((await call('DELETE /auth/second-factor', { token })).status).toBe(204);
    expect(await view(anna)).toEqual(off);
    expect(await refusal('DELETE /auth/second-factor', { token })).toMatchObject({
      code: 'auth.second_factor_missing',
    });
  });

  it('[I7] is set up, renewed and removed after a recent proof only', async () => {
    const anna = await someone();
    await signedInLongAgo(anna);
    const { token } = anna;
    for (const route of [
      'POST /auth/second-factor',
      'POST /auth/second-factor/recovery-codes',
      'DELETE /auth/second-factor',
    ]) {
      expect(await refusal(route, { token })).toMatchObject({
        status: 403,
        code: 'auth.reauthentication_required',
      });
    }
    expect(await view(anna)).toEqual(off);
  });

  it('[I5] is not confirmed with a wrong code, or before it was begun', async () => {
    const anna = await someone();
    const request = { token: anna.token, body: { code: '000000' } };
    expect(await refusal('POST /auth/second-factor/confirm', request)).toMatchObject({
      code: 'auth.second_factor_missing',
    });
    const started = await call('POST /auth/second-factor', { token: anna.token });
    const right = nearbyCodes(secondFactorEnrolment.parse(started.body).secret);
    const code = ['000000', '111111', '222222', '333333', '444444', '555555'].find((one) => !right.has(one));
    expect(
      await refusal('POST /auth/second-factor/confirm', { token: anna.token, body: { code } }),
    ).toMatchObject({ status: 401, code: 'auth.code_invalid' });
    expect(await view(anna)).toEqual(off);
  });
});
