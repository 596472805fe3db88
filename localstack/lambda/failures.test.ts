import { expect, it } from 'vitest';
import { aRunner, eventually } from './runner-fixture.ts';

it('reports name and message of what the handler threw, logs the stack, and stays warm', async () => {
  const { runner, logs, records, define } = aRunner();
  await define(`
    class Conflict extends Error { name = 'Conflict'; }
    export const handler = async ({ fail }) => { if (fail) throw new Conflict('seq 7 is taken'); return 'fine'; };`);

  const failed = await runner.invoke('fn', { fail: true });
  expect(failed).toMatchObject({ ok: false, errorType: 'Conflict', errorMessage: 'seq 7 is taken' });
  expect(await runner.invoke('fn', {})).toMatchObject({ ok: true, payload: 'fine' });
  expect(records).toMatchObject([
    { outcome: 'error', errorType: 'Conflict', requestId: failed.requestId },
    { outcome: 'ok', coldStart: false },
  ]);
  expect(JSON.parse(logs[0]?.line ?? '')).toMatchObject({
    level: 'ERROR',
    requestId: failed.requestId,
    message: {
      errorType: 'Conflict',
      stackTrace: expect.arrayContaining([expect.stringContaining('index.mjs:3')]),
    },
  });
});

it.each([
  ['a missing module', "import 'no-such-package'; export const handler = 1;", 'Runtime.ImportModuleError'],
  ['a syntax error', 'export const handler = async ( => {};', 'Runtime.UserCodeSyntaxError'],
  ['a missing export', 'export const other = () => {};', 'Runtime.HandlerNotFound'],
  ['a throw while loading', "throw new TypeError('no table');", 'TypeError'],
  ['an exit while loading', 'process.exit(3);', 'Runtime.ExitError'],
])('fails every invocation of code with %s', async (_case, code, errorType) => {
  const { runner, define } = aRunner();
  await define(code);
  const results = await Promise.all([runner.invoke('fn', {}), runner.invoke('fn', {})]);
  expect(results).toMatchObject([
    { ok: false, errorType },
    { ok: false, errorType },
  ]);
});

it('reports a handler file that is not there', async () => {
  const { runner, define } = aRunner();
  await define('', { handler: 'main.handler' });
  expect(await runner.invoke('fn', {})).toMatchObject({
    errorType: 'Runtime.ImportModuleError',
    errorMessage: expect.stringContaining("Cannot find module 'main'"),
  });
});

const misbehaving = `
  const forever = () => { for (;;); };
  export const handler = async ({ act }) => {
    if (act === 'wait') await new Promise((resolve) => setTimeout(resolve, 60_000));
    if (act === 'spin') forever();
    if (act === 'exit') process.exit(7);
    if (act === 'reject') { Promise.reject(new Error('left alone')); await new Promise((resolve) => setTimeout(resolve, 60_000)); }
    if (act === 'circular') { const loop = {}; loop.loop = loop; return loop; }
    if (act === 'never') await new Promise(() => {});
    return 'fine';
  };`;

it.each(['wait', 'spin'])('ends a handler that takes too long (%s) and starts afresh', async (act) => {
  const { runner, records, define } = aRunner();
  await define(misbehaving, { timeoutMs: 250 });

  const { requestId, ...result } = await runner.invoke('fn', { act });
  expect(result).toEqual({
    ok: false,
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.25 seconds`,
  });
  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'fine' });
  expect(records.map((record) => record.coldStart)).toEqual([true, true]);
});

it.each([
  ['exit', 'Runtime.ExitError', 'exit status 7'],
  ['never', 'Runtime.ExitError', 'exited without providing a reason'],
  ['reject', 'Runtime.UnhandledPromiseRejection', 'left alone'],
  ['circular', 'Error', 'Unable to stringify response body'],
])('reports %s and serves the next invocation', async (act, errorType, message) => {
  const { runner, define } = aRunner();
  await define(misbehaving);
  const result = await runner.invoke('fn', { act });
  expect(result).toMatchObject({ ok: false, errorType, errorMessage: expect.stringContaining(message) });
  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'fine' });
});

it('ends the environment of a function that outgrows its memory', async () => {
  const { runner, define } = aRunner();
  await define(`export const handler = async ({ grow }) => {
    const kept = [];
    for (let index = 0; grow; index += 1) kept.push('x'.repeat(1000) + index);
    return 'fine';
  };`);
  expect(await runner.invoke('fn', { grow: true })).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'fine' });
});

it('crashes the busy environments on demand and leaves those of other functions alone', async () => {
  const { runner, logs, define } = aRunner();
  const code = `export const handler = async ({ waitMs }) => {
    console.log('busy');
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return 'fine';
  };`;
  await define(code);
  await define(code, { name: 'other' });
  const victims = [runner.invoke('fn', { waitMs: 60_000 }), runner.invoke('fn', { waitMs: 60_000 })];
  const other = runner.invoke('other', { waitMs: 300 });
  await eventually(() => expect(logs).toHaveLength(3));

  expect(await runner.killEnvironments('fn')).toBe(2);

  expect(await Promise.all(victims)).toMatchObject([
    { ok: false, errorType: 'Runtime.ExitError' },
    { ok: false, errorType: 'Runtime.ExitError' },
  ]);
  expect(await other).toMatchObject({ payload: 'fine' });
  expect(await runner.invoke('fn', { waitMs: 0 })).toMatchObject({ payload: 'fine' });
});
