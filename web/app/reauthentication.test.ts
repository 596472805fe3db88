import { beforeEach, expect, it } from 'vitest';
import { ProblemError } from '../client/problem-error.ts';
import {
  CancelledError,
  confirmed,
  proofDeclined,
  proofGiven,
  useReauthentication,
} from './reauthentication.ts';

const required = () =>
  new ProblemError({ status: 403, code: 'auth.reauthentication_required', detail: 'who are you' });

/** Work that the server lets pass from the second attempt on. */
function guarded(refusals = 1) {
  let attempts = 0;
  return async () => {
    attempts += 1;
    if (attempts <= refusals) throw required();
    return attempts;
  };
}

function isAsking(): boolean {
  return useReauthentication.getState().answer !== undefined;
}

async function asked(): Promise<void> {
  await expect.poll(isAsking).toBe(true);
}

beforeEach(proofDeclined);

it('asks for nothing where the server does not', async () => {
  await expect(confirmed(async () => 'done')).resolves.toBe('done');
  expect(isAsking()).toBe(false);
});

it('repeats the work once the proof was given', async () => {
  const done = confirmed(guarded());
  await asked();
  proofGiven();
  await expect(done).resolves.toBe(2);
  expect(isAsking()).toBe(false);
});

it('asks no second time when the server is still not content', async () => {
  const done = confirmed(guarded(2));
  await asked();
  proofGiven();
  await expect(done).rejects.toMatchObject({ code: 'auth.reauthentication_required' });
  expect(isAsking()).toBe(false);
});

it('does nothing when the proof was declined', async () => {
  const done = confirmed(guarded());
  await asked();
  proofDeclined();
  await expect(done).rejects.toThrow(CancelledError);
});

it('asks once for two that wait', async () => {
  const both = Promise.all([confirmed(guarded()), confirmed(guarded())]);
  await asked();
  proofGiven();
  await expect(both).resolves.toEqual([2, 2]);
});

it('lets every other error pass', async () => {
  await expect(confirmed(() => Promise.reject(new RangeError('other')))).rejects.toThrow(RangeError);
  expect(isAsking()).toBe(false);
});
