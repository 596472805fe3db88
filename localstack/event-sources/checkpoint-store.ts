import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How far a mapping has come: the sequence number of the last record that needs no further delivery. */
export interface CheckpointStore {
  get(key: string): Promise<string | undefined>;
  put(key: string, sequenceNumber: string): Promise<void>;
}

/**
 * Keeps each checkpoint in a file of its own below `folder`, which is made if it is missing. A write replaces the file
 * as a whole, so that a crash leaves the old checkpoint or the new one and never half of one.
 * The writes of one key must follow one another.
 */
export function createFileCheckpointStore(folder: string): CheckpointStore {
  const fileOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);

  return {
    get: async (key) => {
      const text = await readFile(fileOf(key), 'utf8').catch(missingIsUndefined);
      return text === undefined ? undefined : parseCheckpoint(text);
    },
    put: async (key, sequenceNumber) => {
      await mkdir(folder, { recursive: true });
      const file = fileOf(key);
      await writeFile(`${file}.new`, JSON.stringify({ key, sequenceNumber }));
      await rename(`${file}.new`, file);
    },
  };
}

export function createMemoryCheckpointStore(): CheckpointStore {
  const checkpoints = new Map<string, string>();
  return {
    get: async (key) => checkpoints.get(key),
    put: async (key, sequenceNumber) => {
      checkpoints.set(key, sequenceNumber);
    },
  };
}

function missingIsUndefined(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function parseCheckpoint(text: string): string {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && 'sequenceNumber' in value) {
    if (typeof value.sequenceNumber === 'string') return value.sequenceNumber;
  }
  throw new Error(`Not a checkpoint: ${text}`);
}
