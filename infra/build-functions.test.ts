import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { environments, type FunctionPath } from '../functions/environments.ts';
import { type BundleSizes, buildFunctions, type FunctionBuild } from './build-functions.ts';
import { bundleName } from './function-code.ts';

describe('buildFunctions', () => {
  const paths = Object.keys(environments) as FunctionPath[];
  let folder: string;
  let functionsDir: string;
  let outDir: string;
  let running: FunctionBuild | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'confab-build-'));
    functionsDir = join(folder, 'functions');
    outDir = join(folder, 'out');
    for (const path of paths) writeFunction(path, `'${path}'`);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  function writeFunction(path: FunctionPath, answer: string): void {
    const file = join(functionsDir, `${path}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `export const handler = async (): Promise<unknown> => ${answer};\n`);
  }

  async function answerOf(path: FunctionPath): Promise<unknown> {
    const url = pathToFileURL(join(outDir, bundleName(path), 'index.mjs'));
    const module = (await import(url.href)) as { handler: () => Promise<unknown> };
    return module.handler();
  }

  it('puts each function into a folder of its own, as one module with its source map', async () => {
    await buildFunctions({ functionsDir, outDir });
    expect(readdirSync(outDir).sort()).toEqual(paths.map(bundleName).sort());
    for (const path of paths) {
      expect(readdirSync(join(outDir, bundleName(path))).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    }
    expect(await answerOf('ws/connect')).toBe('ws/connect');
  });

  it('answers the size of each bundle', async () => {
    const { sizes } = await buildFunctions({ functionsDir, outDir });
    const onDisk = paths.map((path) => [path, statSync(join(outDir, bundleName(path), 'index.mjs')).size]);
    expect(sizes).toEqual(Object.fromEntries(onDisk));
  });

  it('lets CommonJS code in a bundle require what Node has', async () => {
    writeFileSync(join(functionsDir, 'old.cjs'), `exports.sep = require('node:path').posix.sep;`);
    writeFileSync(
      join(functionsDir, 'ws/ping.ts'),
      `import { sep } from '../old.cjs'; export const handler = async () => sep;`,
    );
    await buildFunctions({ functionsDir, outDir });
    expect(await answerOf('ws/ping')).toBe('/');
  });

  it('fails with the file and line of what does not compile', async () => {
    writeFunction('ws/ping', '(');
    await expect(buildFunctions({ functionsDir, outDir })).rejects.toThrow(/ws\/ping\.ts:\d+/);
  });

  it('builds again when a watched function changes, and tells when that fails', async () => {
    const outcomes: (BundleSizes | Error)[] = [];
    running = await buildFunctions({ functionsDir, outDir, watch: (outcome) => outcomes.push(outcome) });
    const { sizes } = running;
    expect(outcomes).toEqual([]);

    writeFunction('ws/ping', `'another, much longer answer than before'`);
    const pingBytes = () => (outcomes.at(-1) as BundleSizes | undefined)?.['ws/ping'];
    await vi.waitFor(() => expect(pingBytes()).toBeGreaterThan(sizes['ws/ping']), 10_000);

    writeFunction('ws/ping', '(');
    await vi.waitFor(() => expect(outcomes.at(-1)).toBeInstanceOf(Error), 10_000);
  });

  it('fails at once when the first build of a watch fails', async () => {
    writeFunction('ws/ping', '(');
    await expect(buildFunctions({ functionsDir, outDir, watch: () => {} })).rejects.toThrow(
      /ws\/ping\.ts:\d+/,
    );
  });
});
