import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { environments, type FunctionPath } from '../../functions/environments.ts';
import { addConfab } from '../../infra/confab-app.ts';
import { bundledCode, bundleName } from '../../infra/function-code.ts';

let folder: string;
let staged: string[];

function write(...path: string[]): void {
  const file = join(folder, ...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `// ${path.join('/')}`);
}

// With the assets copied, as the CLI does it; the other tests leave them where they are.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'confab-artifacts-'));
  for (const path of Object.keys(environments) as FunctionPath[]) {
    write('functions', bundleName(path), 'index.mjs');
    write('functions', bundleName(path), 'index.mjs.map');
  }
  for (const file of ['index.html', 'index.js.map']) write('web', file);
  for (const file of ['app-1a2b.js', 'app-1a2b.js.map', 'app-1a2b.css.map']) write('web', 'assets', file);
  const outdir = join(folder, 'cdk.out');
  const context = { mailFrom: 'no-reply@example.com' };
  const app = new App({ outdir, context, analyticsReporting: false, treeMetadata: false });
  addConfab(app, { code: bundledCode(join(folder, 'functions')), webDir: join(folder, 'web') });
  app.synth();
  staged = readdirSync(outdir, { recursive: true, encoding: 'utf8' });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('uploads every bundle and the page', () => {
  const bundles = staged.filter((file) => file.endsWith('index.mjs'));
  expect(bundles).toHaveLength(Object.keys(environments).length);
  expect(staged.filter((file) => file.endsWith('index.html'))).toHaveLength(1);
  expect(staged.filter((file) => file.endsWith('app-1a2b.js'))).toHaveLength(1);
});

it('uploads no source map, neither of a function nor of the page', () => {
  expect(staged.filter((file) => file.endsWith('.map'))).toEqual([]);
});
