import { describe, expect, it } from 'vitest';
import { movableClock, startMs } from '../../test/support/builders.ts';
import { publicKeyMemory } from './public-key-memory.ts';

const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'x' };
const minuteMs = 60_000;

function setup() {
  const clock = movableClock();
  const memory = publicKeyMemory(clock);
  const inMs = (ms: number) => (startMs + ms) / 1000;
  return { clock, memory, inMs };
}

describe('what an environment remembers of the key table', () => {
  it('is a known key for five minutes', () => {
    const { clock, memory, inMs } = setup();
    memory.remember('kid', { jwk, expiresAt: inMs(60 * minuteMs) });
    clock.advance(5 * minuteMs - 1);
    expect(memory.recall('kid')?.jwk).toEqual(jwk);
    clock.advance(1);
    expect(memory.recall('kid')).toBeUndefined();
  });

  it('is a known key never beyond its end', () => {
    const { clock, memory, inMs } = setup();
    memory.remember('kid', { jwk, expiresAt: inMs(minuteMs) });
    clock.advance(minuteMs);
    expect(memory.recall('kid')).toBeUndefined();
  });

  it('is for ten seconds that there is no such key', () => {
    const { clock, memory } = setup();
    memory.remember('kid', undefined);
    clock.advance(9_999);
    expect(memory.recall('kid')).toMatchObject({ jwk: undefined });
    clock.advance(1);
    expect(memory.recall('kid')).toBeUndefined();
  });

  it('is nothing of a key that has just been published or retired', () => {
    const { memory } = setup();
    memory.remember('kid', undefined);
    memory.forget('kid');
    expect(memory.recall('kid')).toBeUndefined();
  });

  it('has room for a hundred, and a flood of made-up kids pushes no key out', () => {
    const { memory, inMs } = setup();
    memory.remember('ours', { jwk, expiresAt: inMs(60 * minuteMs) });
    const madeUp = Array.from({ length: 10_000 }, (_, index) => `made up ${index}`);
    for (const kid of madeUp) memory.remember(kid, undefined);
    expect(memory.recall('ours')?.jwk).toEqual(jwk);
    expect(madeUp.filter((kid) => memory.recall(kid))).toEqual(madeUp.slice(-99));
  });

  it('drops what is over before anything else', () => {
    const { clock, memory, inMs } = setup();
    for (let kid = 0; kid < 60; kid += 1) memory.remember(`ending ${kid}`, { jwk, expiresAt: inMs(1_000) });
    for (let kid = 0; kid < 40; kid += 1) memory.remember(`unknown ${kid}`, undefined);
    clock.advance(1_000);
    memory.remember('new', undefined);
    expect(memory.recall('unknown 0')).toBeDefined();
  });
});
