import { Secret, TOTP } from 'otpauth';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfabClient } from './confab-client.ts';
import { problem } from './testing/fake-answer.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, grace, startClient } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const email = 'new@example.test';
const password = 'a long enough password';

let time: VirtualTime;
let server: FakeServer;
let client: ConfabClient;

function aClient(): ConfabClient {
  const { fetch, openSocket } = server;
  const environment = { fetch, openSocket, now: time.now, setTimer: time.setTimer };
  return new ConfabClient({ baseUrl: 'http://fake', environment });
}

function lastCode(to: string): string {
  return server.accounts.codes.mails.findLast((mail) => mail.to === to)?.code ?? '';
}

function register() {
  return client.register({ email, password, handle: 'new', display_name: 'New' });
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  client = aClient();
});

describe('signing up', () => {
  it('signs in, and answers the request whose code confirms the address', async () => {
    const challenge = await register();
    expect(client.chat?.state.me).toMatchObject({ email, email_verified: false });
    const answer = { challenge_id: challenge.challenge_id, code: lastCode(email) };
    client.showMe(await client.account.verify({ email }, answer));
    expect(client.chat?.state.me.email_verified).toBe(true);
  });
});

describe('signing in', () => {
  beforeEach(async () => {
    await register();
    await client.signOut();
  });

  it('takes a code instead of the password', async () => {
    const { challenge_id } = await client.requestLogInCode({ email });
    await expect(client.logInWithCode({ email }, { challenge_id, code: '000000' })).rejects.toMatchObject({
      code: 'auth.code_invalid',
    });
    expect(client.chat).toBeUndefined();
    const step = await client.logInWithCode({ email }, { challenge_id, code: lastCode(email) });
    expect(step).toEqual({ kind: 'signed-in' });
    expect(client.chat?.state.me.email).toBe(email);
  });

  it('is not done before the second factor, where there is one', async () => {
    await client.logIn({ email, password });
    const { secret } = await client.account.beginSecondFactor();
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const codes = await client.account.confirmSecondFactor(totp.generate({ timestamp: time.now() }));
    expect(codes).toHaveLength(10);
    await client.signOut();

    const step = await client.logIn({ email, password });
    if (step.kind !== 'second-factor') throw new Error('no second factor was asked for');
    expect(client.chat).toBeUndefined();
    const { challenge_id } = step.challenge;
    await expect(client.verifySecondFactor({ challenge_id, code: '000000' })).rejects.toThrow();
    await client.verifySecondFactor({ challenge_id, code: codes[0] ?? '' });
    expect(client.chat?.state.me.email).toBe(email);
  });

  it('takes the new password after a reset, and not the old one', async () => {
    const { challenge_id } = await client.requestResetCode({ email });
    await client.resetPassword({ email }, { challenge_id, code: lastCode(email) }, 'another passphrase');
    await expect(client.logIn({ email, password })).rejects.toMatchObject({
      code: 'auth.invalid_credentials',
    });
    await client.logIn({ email, password: 'another passphrase' });
    expect(client.chat).toBeDefined();
  });
});

describe('the account', () => {
  beforeEach(async () => {
    client = startClient({ server, time, userId: ada });
    await time.advance(0);
  });

  it('lists its sessions and ends the others', async () => {
    const other = server.signIn(ada);
    const listed = await client.account.sessions();
    expect(listed.map((session) => session.current)).toEqual([true, false]);
    await client.account.endOtherSessions();
    expect(await client.account.sessions()).toHaveLength(1);
    await expect(client.account.endSession(other.session_id)).rejects.toMatchObject({
      code: 'session.not_found',
    });
  });

  it('blocks and unblocks', async () => {
    await client.account.block(grace);
    expect(await client.account.blocked()).toMatchObject([{ user_id: grace }]);
    await client.account.unblock(grace);
    expect(await client.account.blocked()).toEqual([]);
  });

  it('asks for what a sign-in long ago does not allow, and takes a code for it as well as the password', async () => {
    server.accounts.sessions.forgetAuthentication();
    await expect(client.account.beginSecondFactor()).rejects.toMatchObject({
      code: 'auth.reauthentication_required',
    });
    const address = { email: `${ada}@example.test` };
    const { challenge_id } = await client.requestLogInCode(address);
    await client.account.reauthenticate({ ...address, challenge_id, code: lastCode(address.email) });
    await expect(client.account.beginSecondFactor()).resolves.toHaveProperty('otpauth_url');
    server.accounts.sessions.forgetAuthentication();
    await client.account.reauthenticate({ password });
    await expect(client.account.secondFactor()).resolves.toMatchObject({ enabled: false });
  });
});

describe('exporting', () => {
  beforeEach(async () => {
    client = startClient({ server, time, userId: ada });
    await time.advance(0);
    server.accounts.account(ada).exported.push(...['a', 'b', 'c', 'd', 'e'].map((content) => ({ content })));
  });

  it('puts all pages together', async () => {
    const counts: number[] = [];
    const data = await client.exportData((count) => counts.push(count), new AbortController().signal);
    expect(data.account?.user.user_id).toBe(ada);
    expect(data.messages.map((message) => message.content)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(counts).toEqual([2, 4, 5]);
  });

  it('waits in the middle as long as the server asks for it', async () => {
    let refusals = 0;
    server.faults.answerRequest = (route) => {
      if (route !== 'GET /me/export' || server.requests.at(-1) === 'GET /me/export' || refusals > 0) return;
      refusals += 1;
      return problem(429, 'rate_limited', { 'retry-after': '5' });
    };
    const exported = client.exportData(() => {}, new AbortController().signal);
    await time.advance(4_000);
    const before = server.requests.length;
    await time.advance(1_000);
    expect(server.requests.length).toBeGreaterThan(before);
    expect((await exported).messages).toHaveLength(5);
    expect(refusals).toBe(1);
  });

  it('stops when nobody waits for it any more, also while it pauses', async () => {
    server.faults.answerRequest = (route) =>
      route === 'GET /me/export' && server.requests.at(-1) !== 'GET /me/export'
        ? problem(429, 'rate_limited', { 'retry-after': '5' })
        : undefined;
    const controller = new AbortController();
    const exported = client.exportData(() => {}, controller.signal);
    const expectation = expect(exported).rejects.toThrow('aborted');
    await time.advance(1_000);
    controller.abort();
    await expectation;
    const asked = server.requests.filter((request) => request.startsWith('GET /me/export')).length;
    await time.advance(60_000);
    expect(server.requests.filter((request) => request.startsWith('GET /me/export'))).toHaveLength(asked);
  });
});
