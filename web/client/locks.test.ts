import { expect, it } from 'vitest';
import { inProcessLocks } from './locks.ts';

it('lets one holder of a name in at a time, in the order of asking', async () => {
  const locks = inProcessLocks();
  const first = Promise.withResolvers<void>();
  const log: string[] = [];
  const held = locks.request('a', {}, async () => {
    log.push('first in');
    await first.promise;
    log.push('first out');
  });
  const waiting = locks.request('a', {}, async () => log.push('second in'));
  await locks.request('b', {}, async () => log.push('other name'));
  first.resolve();
  await Promise.all([held, waiting]);
  expect(log).toEqual(['first in', 'other name', 'first out', 'second in']);
});

it('goes on after a holder that failed', async () => {
  const locks = inProcessLocks();
  await expect(locks.request('a', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(locks.request('a', {}, async () => 'next')).resolves.toBe('next');
});

it('does not let in who has stopped waiting', async () => {
  const locks = inProcessLocks();
  const first = Promise.withResolvers<void>();
  const controller = new AbortController();
  const held = locks.request('a', {}, () => first.promise);
  const waiting = locks.request('a', { signal: controller.signal }, async () => 'in');
  controller.abort();
  first.resolve();
  await held;
  await expect(waiting).rejects.toThrow('aborted');
});
