import { describe, expect, it } from 'vitest';
import type { PersonStatus } from '../client/presence-state.ts';
import { customText, presenceText } from './presence-text.ts';

const now = new Date(2026, 2, 3, 12);
const status = (some: Partial<PersonStatus>): PersonStatus => ({
  status: 'offline',
  lastSeenMs: undefined,
  custom: undefined,
  ...some,
});

describe('presence', () => {
  it('says that somebody is there, or when they last were', () => {
    expect(presenceText(status({ status: 'online' }), now)).toBe('Online');
    expect(presenceText(status({ status: 'away', lastSeenMs: 1 }), now)).toBe('Away');
    expect(presenceText(status({ lastSeenMs: now.getTime() - 60_000 }), now)).toMatch(/^Last seen 11.59/);
  });

  it('says no time where nobody is to know, and nothing where nothing was heard', () => {
    expect(presenceText(status({}), now)).toBe('Offline');
    expect(presenceText(undefined, now)).toBe('');
  });

  it('says what somebody says of themselves', () => {
    expect(customText(status({ custom: { text: 'Lunch', emoji: '🍜' } }))).toBe('🍜 Lunch');
    expect(customText(status({}))).toBe('');
  });
});
