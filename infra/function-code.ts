/** Where the bundle of each function lies; the build writes it there, the stacks and the embedded cloud read it. */
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionPath } from '../functions/environments.ts';

export const repositoryRoot = join(import.meta.dirname, '..');
export const functionsOutDir = join(repositoryRoot, 'dist', 'functions');

/** `ws/connect` → `ws-connect` */
export function bundleName(path: FunctionPath): string {
  return path.replaceAll('/', '-');
}

/** Gives a function's code: the real bundle, or in a test any code at all. */
export type FunctionCode = (path: FunctionPath) => Code;

/** The bundles that buildFunctions wrote. Their source maps stay behind: a cold start downloads the whole asset. */
export function bundledCode(outDir: string = functionsOutDir): FunctionCode {
  return (path) => Code.fromAsset(join(outDir, bundleName(path)), { exclude: ['*.map'] });
}
