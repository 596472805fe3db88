import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogEntry } from './log-entry.ts';

export interface CloudLog {
  write(entry: LogEntry): void;
  close(): void;
}

export interface CloudLogOptions {
  readonly file: string;
  readonly now: () => number;
  /** 20 MB unless told. When a file is full it is renamed: `cloud.jsonl` → `cloud.1.jsonl` → `cloud.2.jsonl`. */
  readonly fileMaxBytes?: number;
  /** Files beside the present one; 3 unless told. */
  readonly oldFilesMax?: number;
}

/** Lines wait this long to be written together. */
const flushDelayMs = 50;

/** A file of JSON lines, each with its time, rotated by size. */
export function openCloudLog(options: CloudLogOptions): CloudLog {
  const { file, now, fileMaxBytes = 20 * 1024 * 1024, oldFilesMax = 3 } = options;
  mkdirSync(dirname(file), { recursive: true });
  let descriptor = openSync(file, 'a', 0o600);
  let bytes = statSync(file).size;
  let pending: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const flush = (): void => {
    timer = undefined;
    const text = pending.join('');
    pending = [];
    if (text === '') return;
    writeSync(descriptor, text);
    bytes += Buffer.byteLength(text);
    if (bytes < fileMaxBytes) return;
    closeSync(descriptor);
    rotate(file, oldFilesMax);
    descriptor = openSync(file, 'a', 0o600);
    bytes = 0;
  };

  return {
    write(entry) {
      if (closed) return;
      pending.push(`${JSON.stringify({ at: new Date(now()).toISOString(), ...entry })}\n`);
      timer ??= setTimeout(flush, flushDelayMs).unref();
    },
    close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      flush();
      closeSync(descriptor);
    },
  };
}

/** `cloud.jsonl` and 2 → `cloud.2.jsonl` */
export function oldLogFile(file: string, age: number): string {
  return file.replace(/\.jsonl$/, `.${age}.jsonl`);
}

function rotate(file: string, oldFilesMax: number): void {
  rmSync(oldLogFile(file, oldFilesMax), { force: true });
  for (let age = oldFilesMax - 1; age >= 1; age -= 1) {
    if (existsSync(oldLogFile(file, age))) renameSync(oldLogFile(file, age), oldLogFile(file, age + 1));
  }
  if (oldFilesMax > 0) renameSync(file, oldLogFile(file, 1));
  else rmSync(file);
}
