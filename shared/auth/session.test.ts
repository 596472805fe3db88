import { describe, expect, it } from 'vitest';
import { anIdentity, countingIds, startMs } from '../../test/support/builders.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { newSession, parseRefreshToken, refreshToken, sessionExpiry } from './session.ts';

const day = 86_400;
const start = startMs / 1_000;

describe('a session', () => {
  it('keeps its refresh token as a hash only', () => {
    const session = newSession(anIdentity(), 'the secret', startMs);
    expect(session.refreshHash).toBe(sha256('the secret'));
    expect(JSON.stringify(session)).not.toContain('the secret');
  });

  it('lives two weeks from its last refresh, and ninety days in all', () => {
    expect(newSession(anIdentity(), 'x', startMs).expiresAt).toBe(start + 14 * day);
    expect(sessionExpiry(start, startMs + 10 * day * 1_000)).toBe(start + 24 * day);
    expect(sessionExpiry(start, startMs + 80 * day * 1_000)).toBe(start + limits.sessionMaxSeconds);
  });
});

describe('a refresh token', () => {
  const secret = countingIds().secret();

  it('names its session', () => {
    expect(parseRefreshToken(refreshToken(anIdentity(), secret))).toEqual({ ...anIdentity(), secret });
  });

  it.each([
    '',
    'x',
    `..${secret}`,
    `${anIdentity().userId}.${anIdentity().sessionId}.`,
    `${anIdentity().userId}.${anIdentity().sessionId}.${secret}x`,
    `${anIdentity().userId}.${anIdentity().sessionId}.${secret}\n`,
    `${anIdentity().sessionId}.${anIdentity().userId}.${secret}`,
    `u_../../x.${anIdentity().sessionId}.${secret}`,
  ])('is nothing else: %j', (text) => {
    expect(parseRefreshToken(text)).toBeUndefined();
  });
});
