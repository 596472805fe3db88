import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { environments, type FunctionPath } from '../../functions/environments.ts';
import { bundleName } from '../../infra/function-code.ts';
import { functionVariables } from '../support/function-variables.ts';
import { type Spread, spread } from './histogram.ts';

export interface BundleResult {
  readonly name: string;
  readonly kilobytes: number;
  readonly gzipKilobytes: number;
  /** Loading it in a fresh process; without starting Node. */
  readonly importMs: Spread;
}

const repeats = 5;
const timedImport =
  'const start = performance.now(); await import(process.argv[1]); console.log(performance.now() - start);';

/** Size and cold import of every bundle in the folder. */
export async function measureBundles(folder: string): Promise<BundleResult[]> {
  const results: BundleResult[] = [];
  for (const path of Object.keys(environments) as FunctionPath[]) {
    const file = join(folder, bundleName(path), 'index.mjs');
    const code = readFileSync(file);
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) times.push(await importOnce(file));
    results.push({
      name: bundleName(path),
      kilobytes: code.length / 1024,
      gzipKilobytes: gzipSync(code).length / 1024,
      importMs: spread(times),
    });
  }
  return results;
}

/** A function parses its variables when it is loaded. */
async function importOnce(file: string): Promise<number> {
  const args = ['--input-type=module', '--eval', timedImport, file];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { PATH: process.env.PATH, ...functionVariables() },
  });
  return Number(stdout);
}
