import { expect, it } from 'vitest';
import { movableClock } from '../../test/support/builders.ts';
import { epochSeconds } from '../clock.ts';
import { limits } from '../limits.ts';
import { noteHeartbeat } from './note-heartbeat.ts';

it('notes a sign of life once in a while, and not with each ping', async () => {
  const clock = movableClock();
  let livedAt = epochSeconds(clock.now());
  const notes: number[] = [];
  const rows = {
    livedAt: async () => livedAt,
    async noteLife() {
      livedAt = epochSeconds(clock.now());
      notes.push(livedAt);
    },
  };
  const ping = async (afterSeconds: number) => {
    clock.advance(afterSeconds * 1_000);
    await noteHeartbeat('c', { rows, clock });
    return notes.length;
  };
  expect(await ping(limits.heartbeatSeconds - 1)).toBe(0);
  expect(await ping(1)).toBe(1);
  expect(await ping(1)).toBe(1);
  expect(await ping(limits.heartbeatSeconds)).toBe(2);
});

it('notes nothing of a connection that is not there', async () => {
  const rows = { livedAt: async () => undefined, noteLife: () => Promise.reject(new Error('noted')) };
  await noteHeartbeat('c', { rows, clock: movableClock() });
});

it('is silent for longer than the notes are apart, or the sweep would ask after everybody', () => {
  expect(limits.silentConnectionSeconds).toBeGreaterThan(2 * limits.heartbeatSeconds);
});
