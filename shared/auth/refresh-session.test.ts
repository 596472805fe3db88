import { describe, expect, it } from 'vitest';
import { aProfile, startMs, userId } from '../../test/support/builders.ts';
import { refreshWorld } from '../../test/support/refresh-world.ts';
import { limits } from '../limits.ts';
import { parseRefreshToken } from './session.ts';

const dayMs = 86_400_000;
const graceMs = limits.refreshGraceSeconds * 1_000;
const invalid = { name: 'AppError', code: 'auth.refresh_invalid' };

describe('refreshSession', () => {
  it('gives a new pair of tokens for the same session', async () => {
    const { refresh, first, whoIs, session } = await refreshWorld();
    const { userId: user, sessionId } = session;
    const second = await refresh(first);
    expect(second.refresh_token).not.toBe(first);
    expect(second).toMatchObject({ session_id: sessionId, expires_in: 900, user: { user_id: user } });
    expect(await whoIs(second.access_token)).toEqual({ userId: user, sessionId });
    expect((await refresh(second.refresh_token)).session_id).toBe(sessionId);
  });

  it('ASVS 7.2.3: gives tokens of 256 bits, and keeps nothing of them but a hash', async () => {
    const { refresh, first, sessions, session } = await refreshWorld();
    const { refresh_token } = await refresh(first);
    for (const token of [first, refresh_token]) {
      const secret = parseRefreshToken(token)?.secret ?? '';
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
      expect(JSON.stringify(await sessions.get(session))).not.toContain(secret);
    }
  });

  it('remembers when and from where it was last used', async () => {
    const { refresh, first, sessions, session, clock } = await refreshWorld();
    clock.advance(60_000);
    await refresh(first, { ip: '192.0.2.7' });
    expect(await sessions.get(session)).toMatchObject({
      lastUsedAt: clock.now() / 1_000,
      device: { ip: '192.0.2.7' },
      authenticatedAt: session.authenticatedAt,
    });
  });

  it('gives the same successor again for thirty seconds: the answer may have been lost', async () => {
    const { refresh, first, clock } = await refreshWorld();
    const second = await refresh(first);
    clock.advance(graceMs);
    const again = await refresh(first, { environment: 1 });
    expect(again.refresh_token).toBe(second.refresh_token);
    await expect(refresh(again.refresh_token)).resolves.toBeDefined();
  });

  it('gives two tabs that refresh at once the same successor', async () => {
    const { refresh, first, ended } = await refreshWorld();
    const answers = await Promise.all([0, 1].map((environment) => refresh(first, { environment })));
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    await expect(refresh(answers[0]?.refresh_token ?? '')).resolves.toBeDefined();
    expect(ended).toEqual([]);
  });

  it('ends the session when an old token comes after that: it was stolen, from one or the other', async () => {
    const { refresh, first, clock, sessions, session, ended } = await refreshWorld();
    const second = await refresh(first);
    clock.advance(graceMs + 1_000);
    await expect(refresh(first)).rejects.toMatchObject(invalid);
    expect(ended).toEqual([session.sessionId]);
    expect(await sessions.isLive(session)).toBe(false);
    await expect(refresh(second.refresh_token)).rejects.toMatchObject(invalid);
  });

  it('ends the session when a token comes that is two refreshes old, however soon', async () => {
    const { refresh, first, ended } = await refreshWorld();
    const third = await refresh((await refresh(first)).refresh_token);
    await expect(refresh(first)).rejects.toMatchObject(invalid);
    await expect(refresh(third.refresh_token)).rejects.toMatchObject(invalid);
    expect(ended).toHaveLength(1);
  });

  it('ASVS 7.3.1: ends a session that is not used for two weeks', async () => {
    const { refresh, first, clock } = await refreshWorld();
    clock.advance(limits.refreshTokenIdleSeconds * 1_000 - 1_000);
    const second = await refresh(first);
    clock.advance(limits.refreshTokenIdleSeconds * 1_000);
    await expect(refresh(second.refresh_token)).rejects.toMatchObject(invalid);
  });

  it('ASVS 7.3.2: keeps a session that is used alive, for ninety days in all', async () => {
    const { refresh, first, clock, session } = await refreshWorld();
    let token = first;
    for (let week = 1; week <= 12; week += 1) {
      clock.advance(7 * dayMs);
      token = (await refresh(token)).refresh_token;
    }
    clock.advance((session.createdAt + limits.sessionMaxSeconds) * 1_000 - clock.now() - 1_000);
    token = (await refresh(token)).refresh_token;
    clock.advance(1_000);
    await expect(refresh(token)).rejects.toMatchObject(invalid);
  });

  it('gives nothing again once the session is over, not even within the grace', async () => {
    const { refresh, first, sessions, session } = await refreshWorld();
    await refresh(first);
    await sessions.end(session.userId, [session.sessionId]);
    await expect(refresh(first)).rejects.toMatchObject(invalid);
  });

  it('gives nothing when the session ends between the look and the write', async () => {
    const { refresh, first } = await refreshWorld((sessions) => ({
      get: (identity) => sessions.get(identity),
      async rotate(session, next) {
        await sessions.end(session.userId, [session.sessionId]);
        return await sessions.rotate(session, next);
      },
    }));
    await expect(refresh(first)).rejects.toMatchObject(invalid);
  });

  it('gives nothing to an account that was erased, should a session of it be left', async () => {
    const { refresh, first, users } = await refreshWorld();
    users.put({ ...aProfile('anna'), deletedAt: new Date(startMs).toISOString() });
    await expect(refresh(first)).rejects.toMatchObject(invalid);
  });

  it('refuses what is no refresh token, and ends nothing for it', async () => {
    const { refresh, first, ended } = await refreshWorld();
    const { access_token, refresh_token } = await refresh(first);
    const guesses = [
      '',
      'x',
      access_token,
      `${refresh_token}x`,
      refresh_token.toUpperCase(),
      `${refresh_token}\n`,
    ];
    for (const text of guesses) await expect(refresh(text)).rejects.toMatchObject(invalid);
    const [, session, secret] = refresh_token.split('.');
    const foreign = `${userId('ben')}.${session}.${secret}`;
    await expect(refresh(foreign)).rejects.toMatchObject(invalid);
    expect(ended).toEqual([]);
  });
});

describe('refreshSession, when the root is replaced', () => {
  it('goes on: no session ends', async () => {
    const { refresh, first, replaceRoot, clock } = await refreshWorld();
    let token = first;
    for (let turn = 0; turn < 5; turn += 1) {
      token = (await refresh(token, { environment: turn % 2 })).refresh_token;
      replaceRoot();
      clock.advance(20 * 60_000);
    }
    await expect(refresh(token)).resolves.toBeDefined();
  });

  it('gives again what was given under the root of before', async () => {
    const { refresh, first, replaceRoot, ended } = await refreshWorld();
    const second = await refresh(first, { environment: 0 });
    replaceRoot();
    const again = await refresh(first, { environment: 1 });
    expect(again.refresh_token).toBe(second.refresh_token);
    expect(ended).toEqual([]);
  });

  it('gives again what was given under a root that this environment has not read yet', async () => {
    const { refresh, first, replaceRoot, ended } = await refreshWorld();
    const current = (await refresh(first, { environment: 0 })).refresh_token;
    replaceRoot();
    const second = await refresh(current, { environment: 1 });
    const again = await refresh(current, { environment: 0 });
    expect(again.refresh_token).toBe(second.refresh_token);
    expect(ended).toEqual([]);
  });

  it('gives no unknown token, and raises no alarm, when the root was replaced twice at once', async () => {
    const { refresh, first, replaceRoot, ended } = await refreshWorld();
    const second = await refresh(first, { environment: 0 });
    replaceRoot();
    replaceRoot();
    await expect(refresh(first, { environment: 1 })).rejects.toMatchObject(invalid);
    expect(ended).toEqual([]);
    await expect(refresh(second.refresh_token, { environment: 1 })).resolves.toBeDefined();
  });
});
