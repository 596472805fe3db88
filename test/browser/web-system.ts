import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { startCloud } from '../../localstack/cloud.ts';
// The types of what is injected.
import type {} from '../support/cloud.ts';

export interface WebSystem {
  /** Where the page and the API are. */
  readonly url: string;
  close(): Promise<void>;
}

/** The system with the present web client: the one at CONFAB_URL, or an embedded cloud of its own. */
export async function startWebSystem(): Promise<WebSystem> {
  const external = process.env.CONFAB_URL;
  if (external) return { url: external, close: async () => {} };

  const folder = mkdtempSync(join(tmpdir(), 'confab-browser-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const webDir = join(folder, 'web');
    await buildClient(webDir);
    const cloud = await startCloud({
      stateDir: join(folder, 'state'),
      assemblyDir: inject('assemblyDir'),
      webDir,
      quiet: true,
    });
    return {
      url: cloud.url,
      async close() {
        await cloud.close();
        removeFolder();
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

/** In a process of its own: under a test runner the bundler would take the development build of React. */
async function buildClient(outDir: string): Promise<void> {
  const root = join(import.meta.dirname, '..', '..');
  const command = ['node_modules/vite/bin/vite.js', 'build', '--config', 'web/vite.config.ts'];
  await promisify(execFile)(process.execPath, [...command, '--outDir', outDir, '--emptyOutDir'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
