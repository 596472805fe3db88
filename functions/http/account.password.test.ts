import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { challengeResponse } from '../../events/account-contracts.ts';
import { type AccountEvent, accountEvent } from '../../events/account-event.ts';
import { problem } from '../../events/http-contracts.ts';
import { credentialsKey, limitKey } from '../../shared/auth/auth-keys.ts';
import { hashPassword } from '../../shared/auth/password.ts';
import { systemClock } from '../../shared/clock.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import type { SignedIn } from '../../test/support/in-memory-aws.ts';
import { testPassword as password } from '../../test/support/people.ts';
import { anotherSession, sessionStoreIn, signedInLongAgo } from '../../test/support/session-rows.ts';

const account = httpFunction(() => import('./account.ts'));
const { database, sqs, call, refusal, somebody } = account;
const queued = () => account.queued(accountEvent);

async function hasPassword({ userId }: SignedIn) {
  const { client, tables } = database();
  await client.send(
    new UpdateCommand({
      TableName: tables.authTable,
      Key: credentialsKey(userId),
      UpdateExpression: 'SET password_hash = :hash',
      ExpressionAttributeValues: { ':hash': await hashPassword(password) },
    }),
  );
}

describe('asking for a code', () => {
  it('[I4] answers alike whoever has the address, after the same work (ASVS 6.3.8)', async () => {
    const { handle } = await somebody();
    for (const route of ['POST /auth/otp/request', 'POST /auth/password/forgot']) {
      const shapes = [];
      for (const email of [`${handle}@example.org`, `nobody-like-${handle}@example.org`]) {
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
    const anna = await somebody();
    const request = { token: anna.token, body: { phone: '+4915112345678', purpose: 'verify' } };
    expect((await call('POST /auth/otp/request', request)).status).toBe(202);
    expect(queued()).toMatchObject([{ purpose: 'verify', user_id: anna.userId, to: { channel: 'sms' } }]);
    await signedInLongAgo(database(), anna);
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
    const anna = await somebody();
    await hasPassword(anna);
    const other = await anotherSession(database(), anna);
    const wrong = { current_password: 'wrong', new_password };
    expect(await refusal('POST /auth/password', { token: anna.token, body: wrong })).toMatchObject({
      status: 401,
      code: 'auth.invalid_credentials',
    });
    const body = { current_password: password, new_password };
    expect((await call('POST /auth/password', { token: anna.token, body })).status).toBe(204);
    expect([
      await sessionStoreIn(database()).isLive(anna),
      await sessionStoreIn(database()).isLive(other),
    ]).toEqual([true, false]);
    expect(queued()).toMatchObject([{ name: 'sessions.ended', session_ids: [other.sessionId] }]);
  });

  it('[I7] confirms that it is still you', async () => {
    const anna = await somebody();
    await hasPassword(anna);
    await signedInLongAgo(database(), anna);
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
