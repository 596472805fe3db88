import type { LogEntry } from './log-entry.ts';

const levels = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'] as const;
export type LogLevel = (typeof levels)[number];

/** LOG_LEVEL as functions take it; anything else is INFO. */
export function parseLogLevel(value: string | undefined): LogLevel {
  const wanted = value?.toUpperCase();
  return levels.find((level) => level === wanted) ?? 'INFO';
}

/**
 * An entry as one line for a person, or undefined when it is not worth one at this level: each invocation, what failed,
 * and what functions themselves warn of.
 */
export function terminalLine(entry: LogEntry, time: string, level: LogLevel): string | undefined {
  const described = describe(entry);
  if (levels.indexOf(described.level) < levels.indexOf(level)) return undefined;
  const name = 'function' in entry ? entry.function : entry.kind;
  return `${time}  ${name.padEnd(26)} ${described.text}`;
}

interface Described {
  readonly level: LogLevel;
  readonly text: string;
}

function describe(entry: LogEntry): Described {
  switch (entry.kind) {
    case 'invocation':
      return describeInvocation(entry);
    case 'function':
      return describeFunctionLine(entry.line);
    case 'batch':
      return describeBatch(entry);
    case 'access': {
      const what = entry.routeKey ?? `${entry.httpMethod} ${entry.path}`;
      return { level: 'DEBUG', text: `${entry.status} ${what}` };
    }
    case 'cloud':
      return { level: entry.level, text: entry.message };
  }
}

function describeInvocation(entry: LogEntry & { kind: 'invocation' }): Described {
  const { durationMs, initMs, outcome, errorType } = entry;
  const coldStart = initMs === undefined ? '' : `, after a cold start of ${Math.round(initMs)} ms`;
  const took = `${Math.round(durationMs)} ms${coldStart}`;
  if (outcome === 'ok') return { level: 'INFO', text: `ok in ${took}` };
  return { level: 'ERROR', text: `${errorType} after ${took}` };
}

function describeBatch({ size, failed, source, reason = '' }: LogEntry & { kind: 'batch' }): Described {
  if (failed === 0) return { level: 'DEBUG', text: `${size} from ${source}` };
  return { level: 'WARN', text: `${failed} of ${size} from ${source} failed ${reason}`.trimEnd() };
}

/** Structured lines are the function's own account; a plain text is what a library or a crash printed. */
function describeFunctionLine(line: unknown): Described {
  if (typeof line !== 'object' || line === null) return { level: 'WARN', text: String(line) };
  const fields: { level?: unknown; message?: unknown; error?: unknown } = line;
  const level = parseLogLevel(typeof fields.level === 'string' ? fields.level : 'INFO');
  // The invocation has a line of its own.
  if (level === 'INFO') return { level: 'DEBUG', text: String(fields.message) };
  const detail = fields.error === undefined ? '' : ` ${messageOf(fields.error)}`;
  return { level, text: `${level} ${messageOf(fields.message)}${detail}` };
}

/** An error as Powertools or Lambda itself writes it, or a text. */
function messageOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const error: { name?: unknown; message?: unknown; errorType?: unknown; errorMessage?: unknown } = value;
  return `${String(error.errorType ?? error.name)}: ${String(error.errorMessage ?? error.message)}`;
}
