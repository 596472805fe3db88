import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { aBundle, aRunner, eventually, writeCode } from './runner-fixture.ts';

const waiting = `
  export const handler = async ({ id, waitMs }) => {
    console.log('start ' + id);
    await new Promise((resolve) => setTimeout(resolve, waitMs ?? 0));
    console.log('end ' + id);
    return id;
  };`;

it('runs as many invocations at once as allowed, and the next when one has ended', async () => {
  const { runner, define } = aRunner({ maxConcurrencyPerFunction: 2 });
  await define(waiting, { timeoutMs: 60_000 });

  const held = [1, 2].map((id) => runner.invoke('fn', { id, waitMs: 60_000 }));
  const third = runner.invoke('fn', { id: 3 });
  await eventually(() => expect(runner.stats()).toMatchObject([{ starting: 0, busy: 2 }]));
  expect(runner.stats()).toEqual([{ functionName: 'fn', starting: 0, busy: 2, idle: 0, queued: 1 }]);

  await runner.killEnvironments('fn');
  await Promise.all(held);
  expect(await third).toMatchObject({ payload: 3 });
});

it('keeps to the reserved concurrency, and serves what waits in the order of its arrival', async () => {
  const { runner, logs, define } = aRunner();
  await define(waiting, { reservedConcurrency: 1 });
  const ids = [1, 2, 3, 4];
  await Promise.all(ids.map((id) => runner.invoke('fn', { id })));
  expect(logs.map((log) => log.line)).toEqual(ids.flatMap((id) => [`start ${id}`, `end ${id}`]));
  expect(runner.stats()).toMatchObject([{ idle: 1, busy: 0, starting: 0 }]);
});

it('keeps one environment warm and ends those that a burst had started', async () => {
  const { runner, records, define } = aRunner({ idleEnvironmentMs: 30 });
  await define(waiting);
  await Promise.all([1, 2, 3].map((id) => runner.invoke('fn', { id, waitMs: 300 })));
  expect(records.filter((record) => record.coldStart).length).toBeGreaterThan(1);
  await eventually(() => expect(runner.stats()).toMatchObject([{ idle: 1, busy: 0, starting: 0 }]));
});

it('finishes an invocation with the old code and starts the next with the new', async () => {
  const { runner, logs, records, define } = aRunner();
  const codeDir = await define(waiting);
  const old = runner.invoke('fn', { id: 'old', waitMs: 200 });
  await eventually(() => expect(logs).toHaveLength(1));

  await writeCode(codeDir, "export const handler = async () => 'new code';");
  runner.reload('/some/other/folder');
  runner.reload(codeDir);
  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'new code' });
  expect(await old).toMatchObject({ payload: 'old' });
  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'new code' });
  expect(records.map((record) => record.coldStart)).toEqual([true, true, false]);
});

it('replaces an idle environment when the function is defined anew', async () => {
  const { runner, define } = aRunner();
  const code = 'export const handler = async () => process.env.TABLE;';
  const codeDir = await define(code, { environment: { TABLE: 'a' } });
  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'a' });
  await define(code, { codeDir, environment: { TABLE: 'b' } });
  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'b' });
});

it('rejects what runs and what waits when it is closed, and leaves no handle', async () => {
  const handles = () => process.getActiveResourcesInfo().filter((name) => /MessagePort|Worker/.test(name));
  const before = handles();
  const { runner, logs, define } = aRunner({ maxConcurrencyPerFunction: 1 });
  await define(waiting);
  await define(waiting, { name: 'frozen' });
  await runner.invoke('frozen', { id: 0 });
  const inFlight = [1, 2].map((id) => runner.invoke('fn', { id, waitMs: 60_000 }));
  await eventually(() => expect(logs.at(-1)?.line).toBe('start 1'));
  expect(handles().length).toBeGreaterThan(before.length);

  const outcomes = Promise.allSettled(inFlight);
  await runner.close();

  expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
  await expect(runner.invoke('fn', {})).rejects.toThrow('closed');
  expect(handles()).toEqual(before);
});

it('lets a process end that has only warm environments left', async () => {
  const codeDir = await aBundle(waiting);
  const script = join(codeDir, 'script.mjs');
  const definition = { name: 'fn', codeDir, handler: 'index.handler', environment: {}, timeoutMs: 10_000 };
  await writeFile(
    script,
    `import { createLambdaRunner } from ${JSON.stringify(new URL('./runner.ts', import.meta.url).href)};
     const runner = createLambdaRunner({ baseEnvironment: {}, onLog: () => {} });
     runner.define(${JSON.stringify({ ...definition, memoryMb: 128 })});
     const result = await runner.invoke('fn', { id: 'done' });
     console.log(result.payload);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 15_000 });
  expect(stdout.trim()).toBe('done');
});
