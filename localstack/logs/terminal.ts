import type { LogEntry } from './cloud-log.ts';

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
  if (described === undefined || levels.indexOf(described.level) < levels.indexOf(level)) return undefined;
  const name = String(entry.function ?? entry.kind).padEnd(26);
  return `${time}  ${name} ${described.text}`;
}

function describe(entry: LogEntry): { level: LogLevel; text: string } | undefined {
  switch (entry.kind) {
    case 'invocation':
      return describeInvocation(entry);
    case 'function':
      return describeFunctionLine(entry.line);
    case 'batch':
      return entry.failed === 0
        ? { level: 'DEBUG', text: `${entry.size} from ${entry.source}` }
        : {
            level: 'WARN',
            text: `${entry.failed} of ${entry.size} from ${entry.source} failed ${entry.reason ?? ''}`,
          };
    case 'access':
      return {
        level: 'DEBUG',
        text: `${entry.status} ${entry.routeKey ?? `${entry.httpMethod} ${entry.path}`}`,
      };
    case 'cloud':
      return { level: entry.level === 'ERROR' ? 'ERROR' : 'WARN', text: String(entry.message) };
  }
}

function describeInvocation(entry: LogEntry): { level: LogLevel; text: string } {
  const took = `${ms(entry.durationMs)}${entry.coldStart === true ? `, after a cold start of ${ms(entry.initMs)}` : ''}`;
  if (entry.outcome === 'ok') return { level: 'INFO', text: `ok in ${took}` };
  return { level: 'ERROR', text: `${entry.errorType} after ${took}` };
}

/** Structured lines are the function's own account; a plain text is what a library or a crash printed. */
function describeFunctionLine(line: unknown): { level: LogLevel; text: string } {
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
  return `${error.errorType ?? error.name}: ${error.errorMessage ?? error.message}`;
}

function ms(value: unknown): string {
  return typeof value === 'number' ? `${Math.round(value)} ms` : '? ms';
}
