import { expect, it } from 'vitest';
import { allEnded, createClosers } from './closers.ts';

it('closes the youngest first, once, and goes on after a failure', async () => {
  const closed: string[] = [];
  const closers = createClosers();
  closers.add(() => void closed.push('first'));
  closers.add(() => {
    closed.push('second');
    throw new Error('second fails');
  });
  closers.add(async () => void closed.push('third'));
  await expect(closers.close()).rejects.toThrow('second fails');
  await expect(closers.close()).rejects.toThrow('second fails');
  expect(closed).toEqual(['third', 'second', 'first']);
});

it('waits for all before it rejects', async () => {
  let slowEnded = false;
  const slow = new Promise<void>((resolve) =>
    setImmediate(() => {
      slowEnded = true;
      resolve();
    }),
  );
  await expect(allEnded([Promise.reject(new Error('quick')), slow])).rejects.toThrow('quick');
  expect(slowEnded).toBe(true);
});
