import { describe, expect, it } from 'vitest';
import { anIdentity, anna, aSession, movableClock, sessionId, startMs } from '../../test/support/builders.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { requireRecentAuthentication } from './recent-authentication.ts';

const recentMs = limits.recentAuthenticationSeconds * 1_000;
const required = { code: 'auth.reauthentication_required' };

async function setup() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  await sessions.add(aSession());
  const check = (identity = anIdentity()) => requireRecentAuthentication(identity, { sessions, clock });
  return { clock, sessions, check };
}

describe('recent authentication', () => {
  it('[I7] is a sign-in of the last quarter of an hour (ASVS 7.5.1)', async () => {
    const { clock, check } = await setup();
    await check();
    clock.advance(recentMs - 1);
    await check();
    clock.advance(1);
    await expect(check()).rejects.toMatchObject(required);
  });

  it('[I7] is no refresh, and nothing that another session did', async () => {
    const { clock, sessions, check } = await setup();
    clock.advance(recentMs);
    const nowSeconds = (startMs + recentMs) / 1_000;
    const next = { refreshHash: sha256('next'), rotatedAt: nowSeconds, expiresAt: nowSeconds + 999 };
    expect(await sessions.rotate(aSession(), next)).toBe(true);
    await sessions.add(aSession({ sessionId: sessionId('two'), nowMs: startMs + recentMs }));
    await expect(check()).rejects.toMatchObject(required);
    await check(anIdentity(anna, 'two'));
  });

  it('[I7] is renewed by showing who one is again', async () => {
    const { clock, sessions, check } = await setup();
    clock.advance(recentMs);
    await sessions.reauthenticated(anIdentity(), (startMs + recentMs) / 1_000);
    await check();
  });

  it('[P8] is nothing that a session has that is over', async () => {
    const { sessions, check } = await setup();
    await sessions.end(anna, [sessionId('one')]);
    await expect(check()).rejects.toMatchObject({ code: 'auth.session_ended' });
  });
});
