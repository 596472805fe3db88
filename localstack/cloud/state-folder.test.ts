import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InstanceRunningError } from './startup-error.ts';
import { openStateFolder } from './state-folder.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

it('lets one instance in at a time, and the next one after its release', () => {
  const first = openStateFolder(stateDir);
  expect(() => openStateFolder(stateDir)).toThrow(InstanceRunningError);
  first.release();
  openStateFolder(stateDir).release();
});

it('names the process that has the state, and is free when that process was killed', async () => {
  const script = `
    const { openStateFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'state-folder.ts'))});
    openStateFolder(${JSON.stringify(stateDir)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  expect(() => openStateFolder(stateDir)).toThrow(`Another instance (process ${other.pid}) uses the state`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  openStateFolder(stateDir).release();
});

it('refuses a state of another version, and does not keep the lock then', () => {
  writeFileSync(join(stateDir, 'version'), '0');
  const open = () => openStateFolder(stateDir);
  expect(open).toThrow('says version "0"');
  expect(open).not.toThrow(InstanceRunningError);
});

it('takes a lock file that is no lock for damage', () => {
  writeFileSync(
    join(stateDir, 'instance.lock'),
    'something else entirely, long enough to be read as a header',
  );
  expect(() => openStateFolder(stateDir)).toThrow('The state on disk cannot be used');
});
