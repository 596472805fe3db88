import { expect, it, vi } from 'vitest';
import { createBackground } from './background.ts';

it('is settled when everything has ended, also what was added while waiting', async () => {
  const background = createBackground();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  background.add(first.promise.then(() => background.add(second.promise)));
  const onSettled = vi.fn<(isSettled: boolean) => void>();
  const settled = background.settledWithin(5_000).then(onSettled);
  first.resolve();
  await first.promise;
  expect(await background.settledWithin(1)).toBe(false);
  expect(onSettled).not.toHaveBeenCalled();
  second.resolve();
  await settled;
  expect(onSettled).toHaveBeenCalledWith(true);
});

it('reports work that fails and goes on', async () => {
  const report = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const background = createBackground();
  background.add(Promise.reject(new Error('a defect')));
  expect(await background.settledWithin(5_000)).toBe(true);
  expect(report).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ message: 'a defect' }));
  report.mockRestore();
});
