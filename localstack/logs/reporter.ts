import type { LogLine } from '../contracts.ts';
import type { BatchRecord } from '../event-sources/event-source-mapping.ts';
import type { AccessLogEntry } from '../gateway/runtime.ts';
import type { InvocationRecord } from '../lambda/runner.ts';
import type { CloudLog } from './cloud-log.ts';
import type { LogEntry } from './log-entry.ts';
import { type LogLevel, terminalLine } from './terminal.ts';

/** Where every part of the embedded cloud says what it did. Events and payloads never come here. */
export interface Reporter {
  readonly functionLine: (line: LogLine) => void;
  readonly invocation: (record: InvocationRecord) => void;
  readonly access: (entry: AccessLogEntry) => void;
  readonly batch: (record: BatchRecord) => void;
  /** What the cloud itself has to say. */
  readonly notice: (message: string, level?: 'WARN' | 'ERROR') => void;
}

export interface ReporterOptions {
  readonly log: CloudLog;
  /** undefined: nothing is shown. */
  readonly print: ((line: string) => void) | undefined;
  readonly level: LogLevel;
  readonly now: () => number;
}

/** Writes everything to the log file and shows what is worth it. */
export function createReporter({ log, print, level, now }: ReporterOptions): Reporter {
  const report = (entry: LogEntry): void => {
    log.write(entry);
    if (print === undefined) return;
    const line = terminalLine(entry, new Date(now()).toTimeString().slice(0, 8), level);
    if (line !== undefined) print(line);
  };

  return {
    functionLine: ({ functionName, requestId, line }) =>
      report({ kind: 'function', function: functionName, request_id: requestId, line: parseLine(line) }),
    invocation: ({ functionName, requestId, durationMs, waitedMs, initMs, ...record }) =>
      report({
        kind: 'invocation',
        function: functionName,
        request_id: requestId,
        ...record,
        durationMs: tenths(durationMs),
        waitedMs: tenths(waitedMs),
        initMs: initMs === undefined ? undefined : tenths(initMs),
      }),
    access: ({ requestId, ...entry }) => report({ kind: 'access', request_id: requestId, ...entry }),
    batch: ({ functionName, ...record }) => report({ kind: 'batch', function: functionName, ...record }),
    notice: (message, noticeLevel = 'WARN') => report({ kind: 'cloud', level: noticeLevel, message }),
  };
}

function parseLine(line: string): unknown {
  if (!line.startsWith('{')) return line;
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** Milliseconds to the tenth. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
