/** Accounts from the outside: what a person does, with the mails and SMS that come. */
import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import type {
  ChallengeResponse,
  RegisterResponse,
  SecondFactorEnrolment,
  SecondFactorRequired,
  SessionView,
  TokensResponse,
} from '../../events/account-contracts.ts';
import type { PersonView } from '../../events/server-frames.ts';
import type { ExportResponse, Me } from '../../events/user-contracts.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people, sharedCloud } from '../support/cloud.ts';
import { findOutbox, type Outbox } from '../support/outbox.ts';
import { openDirect, type Person, say, signedIn, testPassword } from '../support/people.ts';

const http = sharedCloud();
const found = await findOutbox(http);
const outbox = found as Outbox;
const newPassword = 'a rather better password';

const post = <T>(path: string, body: object) => http.call<T>('POST', path, { body });
const logIn = (email: string, password: string) => post<TokensResponse>('/auth/login', { email, password });
const isAlive = async (person: Person) => (await person.call('GET', '/me')).status === 200;

/** What came last. Every e-mail address has had the mail of a sign-up, which may still be on its way. */
async function latest(to: string) {
  return (await outbox.all(to)).at(-1) ?? (to.includes('@') ? await outbox.next(to) : undefined);
}

/** Asks for a code as anybody may, and reads it. */
async function codeFor(address: { email: string } | { phone: string }, purpose: 'login' | 'reset') {
  const to = 'email' in address ? address.email : address.phone;
  const last = await latest(to);
  const path = purpose === 'login' ? '/auth/otp/request' : '/auth/password/forgot';
  const body = purpose === 'login' ? { ...address, purpose } : address;
  const { challenge_id } = bodyOf(await post<ChallengeResponse>(path, body), 202);
  return { ...address, challenge_id, code: await outbox.code(to, last) };
}

async function verifyOwnAddress(person: Person): Promise<void> {
  const last = await latest(person.email);
  const body = { email: person.email, purpose: 'verify' };
  const request = bodyOf(await person.call<ChallengeResponse>('POST', '/auth/otp/request', { body }), 202);
  const code = await outbox.code(person.email, last);
  const answer = await person.call<{ user: Me }>('POST', '/auth/otp/verify', {
    body: { ...body, challenge_id: request.challenge_id, code },
  });
  expect(bodyOf(answer).user.email_verified).toBe(true);
}

async function sessionAgain(person: Person): Promise<Person> {
  return signedIn(http, bodyOf(await logIn(person.email, testPassword)));
}

const withOutbox = describe.runIf(found !== undefined);

withOutbox('an address', () => {
  it('[I2] is proven by the code that came with the sign-up', async () => {
    const handle = `new-${crypto.randomUUID().slice(0, 12)}`;
    const email = `${handle}@example.test`;
    const sent = { email, password: testPassword, handle, display_name: 'New' };
    const tokens = bodyOf(await post<RegisterResponse>('/auth/register', sent), 201);
    expect(tokens.user.email_verified).toBe(false);

    const { challenge_id } = tokens.email_verification;
    const body = { email, purpose: 'verify', challenge_id, code: await outbox.code(email) };
    const person = signedIn(http, tokens);
    bodyOf(await person.call('POST', '/auth/otp/verify', { body }));

    expect(bodyOf(await person.call<Me>('GET', '/me'))).toMatchObject({ email, email_verified: true });
    expect(problemOf(await person.call('POST', '/auth/otp/verify', { body })).code).toBe('auth.code_invalid');
  });

  it('[I1] that is known signs up like any other, and its owner gets a mail without a code', async () => {
    const [owner] = await people(1);
    await verifyOwnAddress(owner);
    const last = await latest(owner.email);
    const handle = `twin-${crypto.randomUUID().slice(0, 12)}`;
    const sent = { email: owner.email, password: newPassword, handle, display_name: 'Twin' };

    const twin = bodyOf(await post<RegisterResponse>('/auth/register', sent), 201);

    expect(Object.keys(twin).sort()).toEqual(Object.keys(owner.tokens).sort());
    expect(twin.user.user_id).not.toBe(owner.userId);
    expect((await outbox.next(owner.email, last)).code).toBeUndefined();
    expect(bodyOf(await logIn(owner.email, testPassword)).user.user_id).toBe(owner.userId);
    expect(bodyOf(await logIn(owner.email, newPassword)).user.user_id).toBe(twin.user.user_id);
  });

  it('[I2] goes to whoever proves it, not to whoever named it first', async () => {
    const [squatter] = await people(1);
    const handle = `real-${crypto.randomUUID().slice(0, 12)}`;
    const body = { email: squatter.email, password: newPassword, handle, display_name: 'Real' };
    const last = await latest(squatter.email);
    const real = bodyOf(await post<RegisterResponse>('/auth/register', body), 201);
    const proof = {
      email: squatter.email,
      purpose: 'verify',
      challenge_id: real.email_verification.challenge_id,
      code: await outbox.code(squatter.email, last),
    };
    bodyOf(await signedIn(http, real).call('POST', '/auth/otp/verify', { body: proof }));

    const login = await codeFor({ email: squatter.email }, 'login');
    const answer = await post<TokensResponse>('/auth/otp/verify', { ...login, purpose: 'login' });
    expect(bodyOf(answer).user.user_id).toBe(real.user.user_id);
  });
});

withOutbox('a one-time code', () => {
  it('[I4] signs in without a password, once', async () => {
    const [ada] = await people(1);
    await verifyOwnAddress(ada);
    const body = { ...(await codeFor({ email: ada.email }, 'login')), purpose: 'login' };

    expect(bodyOf(await post<TokensResponse>('/auth/otp/verify', body)).user.user_id).toBe(ada.userId);
    expect(problemOf(await post('/auth/otp/verify', body)).code).toBe('auth.code_invalid');
    expect(await isAlive(ada)).toBe(true);
  });

  it('[I4] [ASVS 6.6.3] is looked at five times, however many guess at once', async () => {
    const [ada] = await people(1);
    await verifyOwnAddress(ada);
    const right = await codeFor({ email: ada.email }, 'login');
    const wrong = { ...right, purpose: 'login', code: right.code === '000000' ? '000001' : '000000' };

    const answers = await Promise.all(Array.from({ length: 50 }, () => post('/auth/otp/verify', wrong)));

    expect(new Set(answers.map((answer) => problemOf(answer).code))).toEqual(new Set(['auth.code_invalid']));
    const late = await post('/auth/otp/verify', { ...right, purpose: 'login' });
    expect(problemOf(late).code).toBe('auth.code_invalid');
  });

  it('[I4] is dead when a newer one was asked for, and works with its own request only', async () => {
    const [ada, ben] = await people(2);
    await verifyOwnAddress(ada);
    await verifyOwnAddress(ben);
    const old = await codeFor({ email: ada.email }, 'login');
    const fresh = await codeFor({ email: ada.email }, 'login');
    const other = await codeFor({ email: ben.email }, 'login');
    const attempts = [
      old,
      { ...fresh, code: old.code === fresh.code ? 'x' : old.code },
      { ...fresh, challenge_id: old.challenge_id },
      { ...other, email: ada.email },
      { ...fresh, email: ben.email },
    ];
    for (const attempt of attempts)
      expect(problemOf(await post('/auth/otp/verify', { ...attempt, purpose: 'login' })).code).toBe(
        'auth.code_invalid',
      );
    expect((await post('/auth/otp/verify', { ...fresh, purpose: 'login' })).status).toBe(200);
  });

  it('[I4] is promised to everybody and sent to nobody when the address is nobody’s', async () => {
    const email = `nobody-${crypto.randomUUID()}@example.test`;
    const asked = await post<ChallengeResponse>('/auth/otp/request', { email, purpose: 'login' });
    expect(Object.keys(bodyOf(asked, 202)).sort()).toEqual(['challenge_id', 'expires_in']);
    const [ada] = await people(1);
    // What is asked for later arrives, so that the first would have.
    await codeFor({ email: ada.email }, 'login');
    expect(await outbox.all(email)).toEqual([]);
  });

  it('[I10] is sent to one address five times an hour', async () => {
    const email = `flood-${crypto.randomUUID()}@example.test`;
    const ask = () => post('/auth/otp/request', { email, purpose: 'login' });
    for (let count = 0; count < 5; count += 1) expect((await ask()).status).toBe(202);
    const answer = await ask();
    expect(problemOf(answer).code).toBe('rate_limited');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(60);
  });

  it('[I4] comes by SMS to a number that was proven before', async () => {
    const [ada] = await people(1);
    const phone = `+43${String(Math.floor(1e9 + Math.random() * 9e9))}`;
    const body = { phone, purpose: 'verify' };
    const { challenge_id } = bodyOf(
      await ada.call<ChallengeResponse>('POST', '/auth/otp/request', { body }),
      202,
    );
    const code = await outbox.code(phone);
    const verified = await ada.call<{ user: Me }>('POST', '/auth/otp/verify', {
      body: { ...body, challenge_id, code },
    });
    expect(bodyOf(verified).user.phone).toBe(phone);

    const login = await codeFor({ phone }, 'login');
    const answer = await post<TokensResponse>('/auth/otp/verify', { ...login, purpose: 'login' });
    expect(bodyOf(answer).user.user_id).toBe(ada.userId);
  });
});

withOutbox('a password', () => {
  it('[I8] is reset by a code; every session and socket ends', async () => {
    const [ada] = await people(1);
    await verifyOwnAddress(ada);
    const socket = await connect(ada);
    const { email, challenge_id, code } = (await codeFor({ email: ada.email }, 'reset')) as {
      email: string;
      challenge_id: string;
      code: string;
    };

    const reset = await post('/auth/password/reset', {
      email,
      challenge_id,
      code,
      new_password: newPassword,
    });

    expect(reset.status).toBe(204);
    await socket.next('session.ended');
    await socket.closed;
    expect(await isAlive(ada)).toBe(false);
    expect(problemOf(await logIn(email, testPassword)).code).toBe('auth.invalid_credentials');
    expect(bodyOf(await logIn(email, newPassword)).user.user_id).toBe(ada.userId);
  });

  it('[I8] that is changed ends every other session, and tells the owner', async () => {
    const [ada] = await people(1);
    await verifyOwnAddress(ada);
    const other = await sessionAgain(ada);
    const last = await latest(ada.email);
    const body = { current_password: testPassword, new_password: newPassword };

    expect((await ada.call('POST', '/auth/password', { body })).status).toBe(204);

    expect(await isAlive(ada)).toBe(true);
    expect(await isAlive(other)).toBe(false);
    expect((await outbox.next(ada.email, last)).text).toMatch(/password/i);
  });
});

describe('sessions', () => {
  it('[I8] are listed with device and place, and one ends without the others', async () => {
    const [ada] = await people(1);
    const [phone, tablet] = [await sessionAgain(ada), await sessionAgain(ada)];
    const [phoneSocket, tabletSocket] = [await connect(phone), await connect(tablet)];

    const { sessions } = bodyOf(await ada.call<{ sessions: SessionView[] }>('GET', '/auth/sessions'));
    expect(sessions).toHaveLength(3);
    expect(sessions.filter(({ current }) => current).map(({ session_id }) => session_id)).toEqual([
      ada.tokens.session_id,
    ]);
    expect(sessions.every(({ ip, user_agent }) => ip && user_agent)).toBe(true);

    const ended = await ada.call('DELETE', `/auth/sessions/${phone.tokens.session_id}`);
    expect(ended.status).toBe(204);
    await phoneSocket.next('session.ended');
    await phoneSocket.closed;
    expect(await isAlive(phone)).toBe(false);
    expect(await isAlive(tablet)).toBe(true);
    tabletSocket.send({ action: 'ping' });
    await tabletSocket.next('pong');
  });

  it('of others cannot be ended, nor be told from missing ones', async () => {
    const [ada, ben] = await people(2);
    const foreign = await ada.call('DELETE', `/auth/sessions/${ben.tokens.session_id}`);
    expect(problemOf(foreign)).toMatchObject({ status: 404, code: 'session.not_found' });
    expect(await isAlive(ben)).toBe(true);
  });

  it('may all be ended but the one that asks', async () => {
    const [ada] = await people(1);
    const other = await sessionAgain(ada);
    const socket = await connect(other);
    expect((await ada.call('DELETE', '/auth/sessions')).status).toBe(204);
    await socket.closed;
    expect([await isAlive(ada), await isAlive(other)]).toEqual([true, false]);
  });
});

describe('a second factor', () => {
  const codeAt = (secret: string, offset = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + offset * 30_000 });

  it('[I5] is asked for at each sign-in, and takes each code once', async () => {
    const [ada] = await people(1);
    const { secret, otpauth_url } = bodyOf(
      await ada.call<SecondFactorEnrolment>('POST', '/auth/second-factor'),
      201,
    );
    expect(otpauth_url).toContain(secret);
    const confirm = await ada.call<{ recovery_codes: string[] }>('POST', '/auth/second-factor/confirm', {
      body: { code: codeAt(secret) },
    });
    const { recovery_codes } = bodyOf(confirm);
    expect(new Set(recovery_codes).size).toBe(10);

    const challenge = async () => {
      const answer = await post<SecondFactorRequired>('/auth/login', {
        email: ada.email,
        password: testPassword,
      });
      expect(answer.body).not.toHaveProperty('access_token');
      return bodyOf(answer, 202).challenge_id;
    };
    const verify = (challenge_id: string, code: string) =>
      post<TokensResponse>('/auth/second-factor/verify', { challenge_id, code });

    const first = await challenge();
    expect(problemOf(await verify(first, codeAt(secret))).code).toBe('auth.code_invalid');
    expect(bodyOf(await verify(first, codeAt(secret, 1))).user.user_id).toBe(ada.userId);
    const recovery = recovery_codes[0] ?? '';
    expect(bodyOf(await verify(await challenge(), recovery)).user.user_id).toBe(ada.userId);
    expect(problemOf(await verify(await challenge(), recovery)).code).toBe('auth.code_invalid');
  });
});

describe('a profile', () => {
  it('is changed by its owner and seen by others', async () => {
    const [ada, ben] = await people(2);
    const body = { display_name: 'Ada Lovelace', handle: `ada${ada.userId.slice(-12)}`, locale: 'de-AT' };
    expect(bodyOf(await ada.call<Me>('PATCH', '/me', { body }))).toMatchObject(body);
    const seen = bodyOf(await ben.call<PersonView>('GET', `/users/${ada.userId}`));
    expect(seen).toEqual({ user_id: ada.userId, handle: body.handle, display_name: body.display_name });
    const found = await ben.call<{ users: PersonView[] }>('GET', `/users?query=${body.handle}`);
    expect(bodyOf(found).users).toEqual([seen]);
  });

  it('[I11] that is erased leaves its messages and nothing else', async () => {
    const [ada, ben] = await people(2);
    const { convo_id } = await openDirect(ada, ben);
    const socket = await connect(ada);
    await say(socket, convo_id, 'remember me');
    const data = bodyOf(await ada.call<ExportResponse>('GET', '/me/export'));
    expect(data.account?.user.email).toBe(ada.email);

    expect((await ada.call('DELETE', '/me')).status).toBe(204);

    await socket.closed;
    expect(await isAlive(ada)).toBe(false);
    expect(problemOf(await logIn(ada.email, testPassword)).code).toBe('auth.invalid_credentials');
    const history = await ben.call<{ messages: { content: string; sender_id: string }[] }>(
      'GET',
      `/conversations/${convo_id}/messages`,
    );
    expect(bodyOf(history).messages).toMatchObject([{ content: 'remember me', sender_id: ada.userId }]);
  });

  it('is exported page by page: every message of one’s own, each once', async () => {
    const [ada, ben] = await people(2);
    const { convo_id } = await openDirect(ada, ben);
    const [hers, his] = [await connect(ada), await connect(ben)];
    for (const text of ['one', 'two']) await say(hers, convo_id, text);
    await say(his, convo_id, 'not hers');

    const texts: string[] = [];
    let cursor: string | null | undefined;
    do {
      const query: string = cursor ? `?cursor=${encodeURIComponent(cursor)}` : '';
      const page: ExportResponse = bodyOf(await ada.call<ExportResponse>('GET', `/me/export${query}`));
      texts.push(...page.messages.map(({ content }) => content));
      cursor = page.next_cursor;
    } while (cursor);
    expect(texts).toEqual(['one', 'two']);
  });
});

describe('guessing', () => {
  it('[I9] gets slower for the guesser, and does not reach the sessions of the guessed', async () => {
    const [ada] = await people(1);
    const answers = [];
    for (let guess = 0; guess < 8; guess += 1) answers.push(await logIn(ada.email, `wrong ${guess}`));
    expect(answers.slice(0, 5).map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const blocked = answers.find(({ status }) => status === 429);
    expect(Number(blocked?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await isAlive(ada)).toBe(true);
  });
});
