import { expect, it } from 'vitest';
import { sessionView } from '../../events/account-contracts.ts';
import { anIdentity, aSession, ben, movableClock, sessionId, startMs } from '../../test/support/builders.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { listSessions } from './list-sessions.ts';

const startSeconds = startMs / 1_000;

it('ASVS 7.5.2: shows where one is signed in, the latest used first, and which session asks', async () => {
  const sessions = inMemorySessionStore(movableClock());
  await sessions.add(aSession({ secret: 'a refresh token' }));
  await sessions.add(
    aSession({
      sessionId: sessionId('phone'),
      device: { userAgent: 'Phone/1', ip: '2001:db8::1' },
      lastUsedAt: startSeconds + 60,
      expiresAt: startSeconds + 3_600,
    }),
  );
  await sessions.add(aSession({ userId: ben, sessionId: sessionId('ofben') }));
  const views = await listSessions(anIdentity(), { sessions });
  expect(views).toEqual([
    {
      session_id: sessionId('phone'),
      current: false,
      user_agent: 'Phone/1',
      ip: '2001:db8::1',
      created_at: '2026-03-01T12:00:00.000Z',
      last_used_at: '2026-03-01T12:01:00.000Z',
      expires_at: '2026-03-01T13:00:00.000Z',
    },
    {
      session_id: sessionId('one'),
      current: true,
      user_agent: null,
      ip: null,
      created_at: '2026-03-01T12:00:00.000Z',
      last_used_at: '2026-03-01T12:00:00.000Z',
      expires_at: '2026-03-15T12:00:00.000Z',
    },
  ]);
  // Nothing that a refresh token could be made or guessed from.
  for (const view of views) expect(Object.keys(view).sort()).toEqual(Object.keys(sessionView.shape).sort());
});
