import { existsSync, readFileSync } from 'node:fs';
import { oldLogFile } from './cloud-log.ts';

interface TraceLine {
  readonly at: string;
  readonly kind: string;
  readonly function?: string;
  readonly request_id?: string;
}

/** Finds the lines of a log that belong to one message; it remembers, so that lines can come bit by bit. */
export interface Tracer {
  /** The lines among `lines` that mention the id, and the runner's records of the invocations that do; by time. */
  take(lines: readonly string[]): string[];
}

/** `id` is a client_msg_id, or whatever else a line may mention. */
export function createTracer(id: string): Tracer {
  const requestIds = new Set<string>();
  return {
    take(lines) {
      const parsed = lines.flatMap((line) => parse(line));
      for (const { text, line } of parsed) {
        if (line.request_id !== undefined && mentions(text, id)) requestIds.add(line.request_id);
      }
      return parsed
        .filter(
          ({ text, line }) =>
            mentions(text, id) || (line.kind !== 'function' && requestIds.has(line.request_id ?? '')),
        )
        .toSorted((a, b) => a.line.at.localeCompare(b.line.at))
        .map(({ text }) => format(text));
    },
  };
}

/** Whether the id is in the text as a whole: `m1` is not in `m10`. */
function mentions(text: string, id: string): boolean {
  const partOfId = /[\w.:~-]/;
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
    if (!partOfId.test(text.charAt(at - 1)) && !partOfId.test(text.charAt(at + id.length))) return true;
  }
  return false;
}

/** The lines of the log file and of those that it replaced, the oldest first. */
export function readLogLines(file: string): string[] {
  const files = [file];
  for (let age = 1; existsSync(oldLogFile(file, age)); age += 1) files.unshift(oldLogFile(file, age));
  return files.filter((name) => existsSync(name)).flatMap((name) => splitLines(readFileSync(name, 'utf8')));
}

export function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function parse(text: string): { text: string; line: TraceLine }[] {
  try {
    const line: unknown = JSON.parse(text);
    return isTraceLine(line) ? [{ text, line }] : [];
  } catch {
    // The last line may be half written.
    return [];
  }
}

function isTraceLine(value: unknown): value is TraceLine {
  return (
    typeof value === 'object' &&
    value !== null &&
    'at' in value &&
    typeof value.at === 'string' &&
    'kind' in value
  );
}

/** `12:00:00.123  invocation  ws-send-message  {…}` */
function format(text: string): string {
  const { at, kind, function: name, ...rest } = JSON.parse(text) as TraceLine;
  return [at.slice(11, 23), kind.padEnd(10), (name ?? '').padEnd(26), JSON.stringify(rest)].join('  ');
}
