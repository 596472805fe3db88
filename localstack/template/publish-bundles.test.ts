import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishBundles } from './publish-bundles.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundles-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function build(bundle: string, code: string): void {
  mkdirSync(join(root, 'build', bundle), { recursive: true });
  writeFileSync(join(root, 'build', bundle, 'index.mjs'), code);
}
const publish = () => publishBundles(join(root, 'build'), join(root, 'live'));
const live = (bundle: string) => readFileSync(join(root, 'live', bundle, 'index.mjs'), 'utf8');

it('answers only the bundles that are new or different', () => {
  build('one', 'a');
  build('two', 'b');
  expect(publish().sort()).toEqual(['one', 'two']);
  build('two', 'c');
  expect(publish()).toEqual(['two']);
  expect([live('one'), live('two')]).toEqual(['a', 'c']);
  expect(publish()).toEqual([]);
});

it('keeps the code that runs when a failed build has taken its own away', () => {
  build('one', 'a');
  publish();
  rmSync(join(root, 'build', 'one', 'index.mjs'));
  expect(publish()).toEqual([]);
  expect(live('one')).toBe('a');
});
