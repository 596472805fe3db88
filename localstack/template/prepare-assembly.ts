import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environments, type FunctionPath } from '../../functions/environments.ts';
import { buildFunctions, type FunctionBuild } from '../../infra/build-functions.ts';
import { bundleName, repositoryRoot } from '../../infra/function-code.ts';
import { contentHash } from '../cloud/content-hash.ts';
import { publishBundles } from './publish-bundles.ts';

/** What decides the templates. The bundles do not: a template only says where they are. */
export const templateSources = [
  'infra',
  'functions/environments.ts',
  'functions/lib/viewer-address.ts',
  'functions/routes.ts',
  'localstack/seed/demo-script.ts',
  'localstack/template/synthesize.ts',
  'cdk.json',
  'package-lock.json',
];

export interface PrepareOptions {
  /** Gets `build/`, `functions/` and `cdk.out/`; templates of the same sources are found again there. */
  readonly dir: string;
  /** Given, the build goes on: it is called with the folders of the bundles that are new, or with what failed. */
  readonly watch?: (outcome: string[] | Error) => void;
}

export interface PreparedAssembly {
  readonly assemblyDir: string;
  /** Ends watching. */
  stop(): Promise<void>;
}

/**
 * Bundles the functions and synthesizes the CDK app. Calls that may run at the same time, such as those of two test
 * runs, need folders of their own.
 * @throws Error with what does not compile or synthesize.
 */
export async function prepareAssembly({ dir, watch }: PrepareOptions): Promise<PreparedAssembly> {
  const liveDir = join(dir, 'functions');
  // The CDK wants the folders to be there, and needs nothing of what will be in them.
  for (const path of Object.keys(environments) as FunctionPath[]) {
    mkdirSync(join(liveDir, bundleName(path)), { recursive: true });
  }
  const [functions, assembly] = await Promise.allSettled([
    bundle(join(dir, 'build'), liveDir, watch),
    synthesizeOnce(liveDir, join(dir, 'cdk.out')),
  ]);
  if (functions.status === 'rejected') throw functions.reason;
  const stop = () => functions.value.stop();
  if (assembly.status === 'fulfilled') return { assemblyDir: assembly.value, stop };
  await stop();
  throw assembly.reason;
}

async function bundle(
  builtDir: string,
  liveDir: string,
  watch: PrepareOptions['watch'],
): Promise<FunctionBuild> {
  const publish = (): string[] => publishBundles(builtDir, liveDir).map((name) => join(liveDir, name));
  const build = await buildFunctions({
    outDir: builtDir,
    ...(watch && { watch: (outcome) => watch(outcome instanceof Error ? outcome : publish()) }),
  });
  publish();
  return build;
}

async function synthesizeOnce(functionsDir: string, assembliesDir: string): Promise<string> {
  const sources = contentHash(repositoryRoot, templateSources);
  const key = createHash('sha256').update(`${sources} ${functionsDir}`).digest('hex').slice(0, 16);
  const assemblyDir = join(assembliesDir, key);
  if (existsSync(join(assemblyDir, 'manifest.json'))) return assemblyDir;
  mkdirSync(assembliesDir, { recursive: true });
  for (const outdated of readdirSync(assembliesDir)) {
    rmSync(join(assembliesDir, outdated), { recursive: true, force: true });
  }
  // Half an assembly must never be taken for a whole one.
  const unfinished = mkdtempSync(join(assembliesDir, 'unfinished-'));
  await runSynthesis(functionsDir, unfinished);
  renameSync(unfinished, assemblyDir);
  return assemblyDir;
}

async function runSynthesis(functionsDir: string, outDir: string): Promise<void> {
  const script = join(import.meta.dirname, 'synthesize.ts');
  try {
    await promisify(execFile)(process.execPath, [script, functionsDir, outDir], { cwd: repositoryRoot });
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
    throw new Error(`The CDK app cannot be synthesized:\n${output.trim()}`, { cause });
  }
}
