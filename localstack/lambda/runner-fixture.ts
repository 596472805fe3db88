import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { FunctionDefinition, LogLine } from '../contracts.ts';
import { createLambdaRunner, type InvocationRecord, type LambdaRunnerOptions } from './runner.ts';

/** A folder with `code` as its index.mjs, gone when the test is. */
export async function aBundle(code: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'confab-lambda-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeCode(folder, code);
  return folder;
}

export async function writeCode(folder: string, code: string): Promise<void> {
  await writeFile(join(folder, 'index.mjs'), code);
}

/** A runner that is closed when the test is over, with what it told. */
export function aRunner(options: Partial<LambdaRunnerOptions> = {}) {
  const logs: LogLine[] = [];
  const records: InvocationRecord[] = [];
  const runner = createLambdaRunner({
    baseEnvironment: {},
    onLog: (line) => logs.push(line),
    onInvocation: (record) => records.push(record),
    ...options,
  });
  onTestFinished(() => runner.close());

  const define = async (code: string, definition: Partial<FunctionDefinition> = {}): Promise<string> => {
    const codeDir = definition.codeDir ?? (await aBundle(code));
    const defaults = { name: 'fn', handler: 'index.handler', environment: {}, timeoutMs: 10_000 };
    runner.define({ ...defaults, memoryMb: 128, ...definition, codeDir });
    return codeDir;
  };
  return { runner, logs, records, define };
}

/** Waits until `assertion` no longer throws. */
export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 10_000, interval: 5 });
}
