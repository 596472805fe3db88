/**
 * Once per run, before the tests that need a whole system: builds and synthesizes it, its page too, and starts the one cloud that all
 * flows share. With CONFAB_URL they talk to the system there instead.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { startCloud } from '../../localstack/cloud.ts';
import { prepareAssembly } from '../../localstack/template/prepare-assembly.ts';
// The types of what is provided.
import type {} from './cloud.ts';
import { edgeSecretIn } from './edge.ts';

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'confab-flows-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const prepared = prepareAssembly({ dir: join(folder, 'assembly') });
  const webDir = join(folder, 'web');
  const external = process.env.CONFAB_URL;
  const client = external ? undefined : buildClient(webDir);
  try {
    const stateDir = join(folder, 'state');
    const cloud = external ? undefined : await startShared(stateDir, prepared);
    project.provide('confabUrl', external ?? cloud?.url ?? '');
    project.provide('edgeSecret', cloud ? edgeSecretIn(stateDir) : '');
    project.provide('assemblyDir', (await prepared).assemblyDir);
    await client;
    project.provide('webDir', webDir);
    return async () => {
      await cloud?.close();
      removeFolder();
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

/** In a process of its own: under a test runner the bundler would take the development build of React. */
async function buildClient(outDir: string): Promise<void> {
  const command = ['node_modules/vite/bin/vite.js', 'build', '--config', 'web/vite.config.ts'];
  await promisify(execFile)(process.execPath, [...command, '--outDir', outDir, '--emptyOutDir'], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

async function startShared(stateDir: string, prepared: ReturnType<typeof prepareAssembly>) {
  return await startCloud({
    stateDir,
    assemblyDir: prepared.then(({ assemblyDir }) => assemblyDir),
    quiet: true,
  });
}
