import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createFileCheckpointStore } from './checkpoint-store.ts';

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'confab-checkpoints-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'not', 'yet', 'there');
}

it('keeps one checkpoint per key over a restart', async () => {
  const folder = await aFolder();
  const store = createFileCheckpointStore(folder);
  expect(await store.get('fn a')).toBeUndefined();
  await store.put('fn a', '9');
  await store.put('fn a', '10');
  await store.put('fn b', '3');

  const reopened = createFileCheckpointStore(folder);
  expect(await Promise.all([reopened.get('fn a'), reopened.get('fn b')])).toEqual(['10', '3']);
});

it('leaves nothing half written behind and does not read what a crash left', async () => {
  const folder = await aFolder();
  const store = createFileCheckpointStore(folder);
  await store.put('fn', '1');
  const [file = ''] = await readdir(folder);
  await writeFile(join(folder, `${file}.new`), '{"key":"fn","seq');

  expect(await createFileCheckpointStore(folder).get('fn')).toBe('1');
  await store.put('fn', '2');
  expect(await readdir(folder)).toEqual([file]);
});

it('says which checkpoint it cannot read, rather than start over', async () => {
  const folder = await aFolder();
  const store = createFileCheckpointStore(folder);
  await store.put('fn', '1');
  const [file = ''] = await readdir(folder);
  await writeFile(join(folder, file), '{"key":"fn"}');
  await expect(store.get('fn')).rejects.toThrow('Not a checkpoint: {"key":"fn"}');
});
