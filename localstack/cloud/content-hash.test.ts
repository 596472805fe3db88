import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contentHash } from './content-hash.ts';

it('changes with the content and the name of any file, and with nothing else', () => {
  const root = mkdtempSync(join(tmpdir(), 'hash-'));
  const hash = () => contentHash(root, ['src', 'missing.json']);
  mkdirSync(join(root, 'src', 'deep'), { recursive: true });
  writeFileSync(join(root, 'src', 'deep', 'a.ts'), 'one');
  writeFileSync(join(root, 'other.ts'), 'not asked for');
  const first = hash();
  writeFileSync(join(root, 'other.ts'), 'changed');
  writeFileSync(join(root, 'src', 'deep', 'a.ts'), 'one');
  expect(hash()).toBe(first);
  writeFileSync(join(root, 'src', 'deep', 'a.ts'), 'two');
  const second = hash();
  renameSync(join(root, 'src', 'deep', 'a.ts'), join(root, 'src', 'deep', 'b.ts'));
  expect(new Set([first, second, hash()]).size).toBe(3);
  rmSync(root, { recursive: true });
});
