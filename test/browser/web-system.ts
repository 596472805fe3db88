import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCloud } from '../../localstack/cloud.ts';
import { prepareAssembly } from '../../localstack/template/prepare-assembly.ts';

export interface WebSystem {
  /** Where the page and the API are. */
  readonly url: string;
  close(): Promise<void>;
}

/** The system with the present web client: the one at CONFAB_URL, or the embedded cloud, all of it made afresh. */
export async function startWebSystem(): Promise<WebSystem> {
  const external = process.env.CONFAB_URL;
  if (external) return { url: external, close: async () => {} };

  const folder = mkdtempSync(join(tmpdir(), 'confab-browser-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const webDir = join(folder, 'web');
    const prepared = prepareAssembly({ dir: join(folder, 'assembly') });
    const [cloud] = await Promise.all([
      startCloud({
        stateDir: join(folder, 'state'),
        assemblyDir: prepared.then(({ assemblyDir }) => assemblyDir),
        webDir,
        quiet: true,
      }),
      buildClient(webDir),
    ]);
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
