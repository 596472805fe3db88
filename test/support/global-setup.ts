/**
 * Once per run, before the tests that need a whole system: builds and synthesizes it, its page too, and starts the cloud that all
 * flows share and the one of all pages. With CONFAB_URL they talk to the system there instead.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { type Cloud, startCloud } from '../../localstack/cloud.ts';
import { prepareAssembly } from '../../localstack/template/prepare-assembly.ts';
// The types of what is provided.
import type {} from './cloud.ts';
import { edgeSecretIn } from './edge.ts';

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'confab-flows-'));
  const webDir = join(folder, 'web');
  const clouds: Cloud[] = [];
  const tearDown = async () => {
    for (const cloud of clouds) await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const start = async (name: string) => {
    const stateDir = join(folder, name);
    const cloud = await startCloud({ stateDir, assemblyDir, webDir, quiet: true });
    clouds.push(cloud);
    return { url: cloud.url, edgeSecret: edgeSecretIn(stateDir) };
  };
  const external = process.env.CONFAB_URL;
  const client = external ? undefined : buildClient(webDir);
  const prepared = prepareAssembly({ dir: join(folder, 'assembly') });
  const assemblyDir = prepared.then((assembly) => assembly.assemblyDir);
  try {
    const nobodys = { url: external ?? '', edgeSecret: '' };
    const flows = external ? nobodys : await start('flows');
    // What flows tell everybody is not for the pages.
    const pages = external ? nobodys : await start('pages');
    await client;
    project.provide('confabUrl', flows.url);
    project.provide('edgeSecret', flows.edgeSecret);
    project.provide('pagesUrl', pages.url);
    project.provide('assemblyDir', await assemblyDir);
    return tearDown;
  } catch (error) {
    await tearDown();
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
