/**
 * Builds the web client if its sources changed since the last time: `node localstack/web/build-client.ts`. A process
 * of its own (see run-client-build.ts), because the bundler is large and is needed now and then only.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb } from '../../infra/build-web.ts';
import { repositoryRoot } from '../../infra/function-code.ts';
import { contentHash } from '../cloud/content-hash.ts';
import { builtMark, clientSources } from './client-sources.ts';

/** Beside the built files, not among them: those are uploaded as they are. */
const stampFile = join(repositoryRoot, 'dist', 'web.hash');
const hash = contentHash(repositoryRoot, clientSources);
const built = existsSync(join(repositoryRoot, 'dist', 'web', 'index.html'));
const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';

if (!built || stamp !== hash) {
  const folder = await buildWeb();
  if (folder !== undefined) {
    writeFileSync(stampFile, hash);
    console.log(builtMark);
  }
}
