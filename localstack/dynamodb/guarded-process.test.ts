import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGuarded } from './guarded-process.ts';

/** The guarded programs connect to it, and their connections end with them, however they end. */
let server: Server;
beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

function program(more = ''): [string, string[]] {
  const { port } = server.address() as AddressInfo;
  return [process.execPath, ['-e', `${more} require('node:net').connect(${port}, '127.0.0.1');`]];
}

async function whenItRuns(): Promise<{ gone: Promise<unknown> }> {
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.resume();
  return { gone: new Promise((resolve) => socket.on('close', resolve)) };
}

it('does not outlive the process that started it, even when that is killed', async () => {
  const module = join(import.meta.dirname, 'guarded-process.ts');
  const script = `
    import { startGuarded } from ${JSON.stringify(module)};
    startGuarded(...${JSON.stringify(program())});`;
  const running = whenItRuns();
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const { gone } = await running;
  parent.kill('SIGKILL');
  await gone;
});

it.each(['stop', 'kill'] as const)('ends on %s', async (end) => {
  const running = whenItRuns();
  const started = startGuarded(...program());
  const { gone } = await running;
  await started[end]();
  await started.ended;
  await gone;
});

it('is made to end when asking does not help', async () => {
  const running = whenItRuns();
  const deaf = startGuarded(...program(`process.on('SIGTERM', () => {});`));
  const { gone } = await running;
  await deaf.stop(50);
  await gone;
});

it('tells how it ended and what it said last', async () => {
  const { ended } = startGuarded('/bin/sh', ['-c', 'echo broken >&2; exit 3']);
  expect(await ended).toEqual({ status: '3', stderr: 'broken\n' });
  expect((await startGuarded('/nowhere/missing', []).ended).status).toBe('127');
});
