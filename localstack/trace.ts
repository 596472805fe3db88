/** `npm run trace -- <client_msg_id> [--follow]`: the way of one message through the log of the local cloud. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runCommand } from './cloud/run-command.ts';
import { readSettings } from './cloud/settings.ts';
import { StartupError } from './cloud/startup-error.ts';
import { logFileOf } from './cloud/state-folder.ts';
import { createTracer, readLogLines, splitLines } from './logs/trace.ts';

const pollMs = 200;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: { follow: { type: 'boolean', short: 'f', default: false } },
    allowPositionals: true,
  });
  const [id] = positionals;
  if (id === undefined) {
    throw new StartupError('Which message?', 'npm run trace -- <client_msg_id> [--follow]');
  }
  const file = logFileOf(readSettings(process.env).stateDir);
  const tracer = createTracer(id);
  let read = sizeOf(file);
  const lines = tracer.take(readLogLines(file));
  if (lines.length === 0) console.error(`Nothing in ${file} mentions ${id}${values.follow ? ' yet' : ''}.`);
  for (const line of lines) console.log(line);

  while (values.follow) {
    await sleep(pollMs);
    const size = sizeOf(file);
    // A new file has begun.
    if (size < read) read = 0;
    const text = readBetween(file, read, size);
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    read += Buffer.byteLength(complete);
    for (const line of tracer.take(splitLines(complete))) console.log(line);
  }
});

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readBetween(file: string, start: number, end: number): string {
  if (end <= start) return '';
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(end - start);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, start));
  } finally {
    closeSync(descriptor);
  }
}
