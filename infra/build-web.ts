/** The web client as static files, for the web stack. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './function-code.ts';

const webDir = join(repositoryRoot, 'web');
const webOutDir = join(repositoryRoot, 'dist', 'web');

/** Builds web/ into dist/web. Answers that folder, or undefined in a checkout without a client. */
export async function buildWeb(): Promise<string | undefined> {
  if (!existsSync(join(webDir, 'index.html'))) return undefined;
  const { build } = await import('vite');
  await build({ root: webDir, logLevel: 'warn', build: { outDir: webOutDir, emptyOutDir: true } });
  return webOutDir;
}
