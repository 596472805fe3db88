import { describe, expect, it } from 'vitest';
import { conversationId, userId } from '../events/client-frames.ts';
import { anna, ben, cleo } from '../test/support/builders.ts';
import { directConversationId, randomIds, sha256 } from './ids.ts';

describe('directConversationId', () => {
  it('is the same from both sides, and another for other people', () => {
    expect(directConversationId(anna, ben)).toBe(directConversationId(ben, anna));
    const ids = [
      [anna, ben],
      [anna, cleo],
      [ben, cleo],
      [anna, anna],
    ].map(([a = '', b = '']) => directConversationId(a, b));
    expect(new Set(ids).size).toBe(4);
  });

  it('cannot be brought about by ids that only join to the same text', () => {
    expect(directConversationId('u_A', 'u_Bu_C')).not.toBe(directConversationId('u_Au_B', 'u_C'));
  });
});

describe('random ids', () => {
  it('have the form that the contracts ask for', () => {
    expect(userId.safeParse(randomIds.user()).success).toBe(true);
    expect(conversationId.safeParse(randomIds.conversation()).success).toBe(true);
    expect(conversationId.safeParse(directConversationId(anna, ben)).success).toBe(true);
    expect(randomIds.secret()).toMatch(/^[\w-]{43}$/);
  });

  it('do not repeat', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => randomIds.message())).size).toBe(1_000);
    expect(new Set(Array.from({ length: 1_000 }, () => randomIds.secret())).size).toBe(1_000);
  });
});

describe('sha256', () => {
  it('is the hash that everybody else computes (FIPS 180-4)', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
