import { expect, it, vi } from 'vitest';
import { aRunner } from './runner-fixture.ts';

const counting = `
  let invocations = 0;
  export const handler = async () => ++invocations;
`;

it('reuses a warm environment, globals included', async () => {
  const { runner, records, define } = aRunner();
  await define(counting);

  expect(await runner.invoke('fn', {})).toMatchObject({ ok: true, payload: 1 });
  expect(await runner.invoke('fn', {})).toMatchObject({ ok: true, payload: 2 });
  expect(records.map((record) => record.coldStart)).toEqual([true, false]);
  expect(records[0]?.initMs).toBeGreaterThan(0);
});

it('keeps the globals of functions, and of environments of one function, apart', async () => {
  const { runner, define } = aRunner();
  const code = `
    export const handler = async ({ hold }) => {
      globalThis.seen = (globalThis.seen ?? 0) + 1;
      if (hold) await new Promise((resolve) => setTimeout(resolve, 60_000));
      return globalThis.seen;
    };`;
  await define(code, { name: 'one', timeoutMs: 60_000 });
  await define(code, { name: 'two' });

  await runner.invoke('one', {});
  expect(await runner.invoke('two', {})).toMatchObject({ payload: 1 });
  // While the warm environment of `one` is held, the other invocation starts a second.
  const held = runner.invoke('one', { hold: true });
  expect(await runner.invoke('one', {})).toMatchObject({ payload: 1 });
  await runner.killEnvironments('one');
  await held;
});

it('gives a function its own variables and those of Lambda, and none of the host', async () => {
  vi.stubEnv('CONFAB_HOST_SECRET', 'do not look');
  const { runner, define } = aRunner({ baseEnvironment: { AWS_REGION: 'eu-central-1', SHARED: 'base' } });
  await define('export const handler = async () => process.env;', {
    environment: { TABLE: 'messages', SHARED: 'own' },
    memoryMb: 256,
  });

  const result = await runner.invoke('fn', {});
  vi.unstubAllEnvs();

  expect(result).toMatchObject({
    payload: {
      TABLE: 'messages',
      SHARED: 'own',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    },
  });
  const names = result.ok ? Object.keys(Object(result.payload)) : [];
  expect(names.filter((name) => !/^(AWS_|LAMBDA_|_HANDLER$)/.test(name)).sort()).toEqual([
    'LANG',
    'PATH',
    'SHARED',
    'TABLE',
  ]);
  expect(names).not.toContain('AWS_LAMBDA_RUNTIME_API');
});

it('hands over the context of the Node.js runtime', async () => {
  const { runner, define } = aRunner({ newRequestId: () => 'request-1', accountId: '123456789012' });
  await define(
    'export const handler = async (_event, context) => ({ ...context, left: context.getRemainingTimeInMillis() });',
    { timeoutMs: 5_000 },
  );

  const result = await runner.invoke('fn', {});

  expect(result).toMatchObject({
    requestId: 'request-1',
    payload: {
      awsRequestId: 'request-1',
      functionName: 'fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:fn',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/fn',
      logStreamName: '[$LATEST]request-1',
    },
  });
  const left = result.ok ? Object(result.payload).left : undefined;
  expect(left).toBeGreaterThan(4_000);
  expect(left).toBeLessThanOrEqual(5_000);
});

it('passes event and result as JSON: undefined is dropped, a date is text', async () => {
  const { runner, define } = aRunner();
  await define(
    'export const handler = async (event) => ({ keys: Object.keys(event), when: event.when, gone: undefined });',
  );

  expect(await runner.invoke('fn', { when: new Date(0), missing: undefined })).toMatchObject({
    payload: { keys: ['when'], when: '1970-01-01T00:00:00.000Z' },
  });
});

it('answers null for a handler that returns nothing, and takes a plain function', async () => {
  const { runner, define } = aRunner();
  await define('export const handler = () => {};');
  expect(await runner.invoke('fn', undefined)).toMatchObject({ ok: true, payload: null });
});

it('refuses what is larger than 6 MB in either direction', async () => {
  const { runner, define } = aRunner();
  await define("export const handler = async ({ bytes }) => 'x'.repeat(bytes ?? 0);");

  const request = await runner.invoke('fn', { text: 'x'.repeat(6_291_556) });
  expect(request).toMatchObject({ ok: false, errorType: 'RequestEntityTooLargeException' });
  const response = await runner.invoke('fn', { bytes: 6_291_556 });
  expect(response).toMatchObject({ ok: false, errorType: 'Function.ResponseSizeTooLarge' });
});

it('delivers every line that was printed, in order, with its request, before the result', async () => {
  const { runner, logs, define } = aRunner();
  await define(`
    import { Console } from 'node:console';
    const own = new Console({ stdout: process.stdout, stderr: process.stderr });
    console.log('loading');
    export const handler = async () => {
      for (let index = 0; index < 200; index += 1) (index % 2 ? own : console).info(index);
      process.stdout.write('first ');
      process.stdout.write(Buffer.from('second\\nthird'));
      console.error('to stderr');
    };`);

  const { requestId } = await runner.invoke('fn', {});

  const numbers = Array.from({ length: 200 }, (_, index) => String(index));
  expect(logs.filter((log) => log.requestId === requestId).map((log) => log.line)).toEqual([
    ...numbers,
    'first second',
    'to stderr',
    'third',
  ]);
  expect(logs[0]).toEqual({ functionName: 'fn', requestId: undefined, line: 'loading' });
});

it('rejects for a function that does not exist', async () => {
  const { runner } = aRunner();
  await expect(runner.invoke('nobody', {})).rejects.toThrow('Function not found: nobody');
});
