import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtMark } from './client-sources.ts';

/**
 * Brings dist/web up to date, and answers whether there was anything to do.
 * @throws Error with what the bundler says.
 */
export async function runClientBuild(): Promise<boolean> {
  const script = join(import.meta.dirname, 'build-client.ts');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    return stdout.includes(builtMark);
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
    throw new Error(`The web client cannot be built:\n${output.trim()}`, { cause });
  }
}
