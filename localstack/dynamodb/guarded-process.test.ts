import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startGuarded } from './guarded-process.ts';

let folder: string;
let pidFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guarded-'));
  pidFile = join(folder, 'pid');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes its process id to the file and then waits for its end. */
const sleeper = (): string[] => ['-c', `echo $$ > '${pidFile}'; exec sleep 60`];

async function writtenPid(): Promise<number> {
  const pid = await vi.waitFor(() => {
    const text = readFileSync(pidFile, 'utf8').trim();
    expect(text).toMatch(/^\d+$/);
    return Number(text);
  });
  expect(isRunning(pid)).toBe(true);
  return pid;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const untilGone = (pid: number) => vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5_000 });

it('does not outlive the process that started it, even when that is killed', async () => {
  const module = join(import.meta.dirname, 'guarded-process.ts');
  const script = `
    import { startGuarded } from ${JSON.stringify(module)};
    startGuarded('/bin/sh', ${JSON.stringify(sleeper())});`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const pid = await writtenPid();
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await untilGone(pid);
});

it('ends when it is stopped or killed', async () => {
  for (const end of ['stop', 'kill'] as const) {
    const started = startGuarded('/bin/sh', sleeper());
    const pid = await writtenPid();
    await started[end]();
    await started.ended;
    await untilGone(pid);
    rmSync(pidFile);
  }
});

it('is made to end when asking does not help', async () => {
  const deaf = startGuarded('/bin/sh', [
    '-c',
    `trap '' TERM; echo $$ > '${pidFile}'; while :; do sleep 0.05; done`,
  ]);
  const pid = await writtenPid();
  await deaf.stop(50);
  await untilGone(pid);
});

it('tells how it ended and what it said last', async () => {
  const { ended } = startGuarded('/bin/sh', ['-c', 'echo broken >&2; exit 3']);
  expect(await ended).toEqual({ status: '3', stderr: 'broken\n' });
  expect((await startGuarded(join(folder, 'missing'), []).ended).status).toBe('127');
});
