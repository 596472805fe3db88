/** docs/protocol.md and the tests hold each other: each rule is quoted by a test, and no test quotes a rule that is not there. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const rules = [...read('docs/protocol.md').matchAll(/^- \*\*\[([A-Z]\d+)\]\*\*/gm)].map(
  ([, rule = '']) => rule,
);

/** `[P1]`, and `[P1–P3]` for all three; ASVS items and other brackets are no rules. */
function quotedIn(text: string): string[] {
  return [...text.matchAll(/\[([A-Z])(\d+)(?:–[A-Z]?(\d+))?\]/g)].flatMap(([, letter, first, last = first]) =>
    Array.from(
      { length: Number(last) - Number(first) + 1 },
      (_, index) => `${letter}${Number(first) + index}`,
    ),
  );
}

const folders = '{events,functions,localstack,shared,test,web}';
const quoted = new Set(
  globSync(`${folders}/**/*.test.{ts,tsx}`, { cwd: root }).flatMap((path) => quotedIn(read(path))),
);

it('has no rule twice', () => {
  expect(rules.length).toBeGreaterThan(100);
  expect(rules).toEqual([...new Set(rules)]);
});

it('is quoted by the tests, rule by rule', () => {
  expect(rules.filter((rule) => !quoted.has(rule))).toEqual([]);
});

it('has every rule that a test quotes', () => {
  expect([...quoted].filter((rule) => !rules.includes(rule))).toEqual([]);
});
