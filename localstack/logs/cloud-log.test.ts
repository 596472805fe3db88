import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCloudLog } from './cloud-log.ts';
import { readLogLines } from './trace.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('writes one JSON line per entry, with its time', () => {
  const file = join(folder, 'logs', 'cloud.jsonl');
  const log = openCloudLog({ file, now: () => 0 });
  log.write({ kind: 'cloud', level: 'WARN', message: 'a\nb' });
  log.close();
  log.write({ kind: 'cloud', level: 'WARN', message: 'too late' });
  expect(readFileSync(file, 'utf8')).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","kind":"cloud","level":"WARN","message":"a\\nb"}\n',
  );
});

it('begins a new file when one is full, and keeps only some of the old ones', () => {
  const file = join(folder, 'cloud.jsonl');
  for (let run = 1; run <= 4; run += 1) {
    const log = openCloudLog({ file, now: () => run, fileMaxBytes: 10, oldFilesMax: 2 });
    log.write({ kind: 'cloud', level: 'WARN', message: `run ${run}` });
    log.close();
  }
  expect(readdirSync(folder).sort()).toEqual(['cloud.1.jsonl', 'cloud.2.jsonl', 'cloud.jsonl']);
  const messages = readLogLines(file).map((line) => (JSON.parse(line) as { message: string }).message);
  expect(messages).toEqual(['run 3', 'run 4']);
});
