import { beforeEach, describe, expect, it } from 'vitest';
import { askedCode, forgetAskedCode, rememberAskedCode } from './asked-code.ts';

const address = { email: 'ada@example.com' };
const challenge = { challenge_id: 'c-1', expires_in: 600 };
const nowMs = 1_000_000;

let storage: Storage;

/** The part of a browser's storage that is used. */
function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => items.delete(key),
    setItem: (key, value) => items.set(key, value),
  };
}

beforeEach(() => {
  storage = memoryStorage();
});

describe('a code that was asked for', () => {
  it('is remembered over a reload, until it expires', () => {
    const asked = rememberAskedCode('login', address, challenge, { storage, nowMs });
    expect(askedCode('login', undefined, { storage, nowMs: nowMs + 599_999 })).toEqual(asked);
    expect(askedCode('login', undefined, { storage, nowMs: nowMs + 600_000 })).toBeUndefined();
  });

  it('counts for its purpose and its address only', () => {
    rememberAskedCode('verify', address, challenge, { storage, nowMs });
    expect(askedCode('verify', address, { storage, nowMs })).toMatchObject({ challenge_id: 'c-1' });
    expect(askedCode('reset', undefined, { storage, nowMs })).toBeUndefined();
    expect(askedCode('verify', { email: 'other@example.com' }, { storage, nowMs })).toBeUndefined();
    expect(askedCode('verify', { phone: '+4915112345678' }, { storage, nowMs })).toBeUndefined();
  });

  it('is replaced by a newer one, and can be forgotten', () => {
    rememberAskedCode('login', address, challenge, { storage, nowMs });
    rememberAskedCode('login', address, { ...challenge, challenge_id: 'c-2' }, { storage, nowMs });
    expect(askedCode('login', undefined, { storage, nowMs })?.challenge_id).toBe('c-2');
    forgetAskedCode(storage);
    expect(askedCode('login', undefined, { storage, nowMs })).toBeUndefined();
  });

  it.each(['', 'null', '{}', '{"purpose":"login"}', 'not json'])('is none when %j was stored', (text) => {
    storage.setItem('confab.asked-code', text);
    expect(askedCode('login', undefined, { storage, nowMs })).toBeUndefined();
  });
});
