import { expect, it } from 'vitest';
import type { LogEntry } from './log-entry.ts';
import { createReporter } from './reporter.ts';
import { type LogLevel, parseLogLevel } from './terminal.ts';

function aReporter(level: LogLevel = 'INFO') {
  const entries: LogEntry[] = [];
  const shown: string[] = [];
  const log = { write: (entry: LogEntry) => void entries.push(entry), close: () => {} };
  const print = (line: string) =>
    void shown.push(line.replace(/^\d\d:\d\d:\d\d {2}/, '').replace(/ +/g, ' '));
  return { reporter: createReporter({ log, print, level, now: () => 0 }), entries, shown };
}
const ok = {
  functionName: 'ws-ping',
  requestId: 'r1',
  outcome: 'ok' as const,
  errorType: undefined,
  durationMs: 3.26,
  waitedMs: 1,
  coldStart: true,
  initMs: 120.4,
};
const functionLine = (line: string) => ({ functionName: 'ws-ping', requestId: 'r1', line });

it('shows one line per invocation and writes all of it to the log', () => {
  const { reporter, entries, shown } = aReporter();
  reporter.invocation(ok);
  reporter.invocation({
    ...ok,
    outcome: 'error',
    errorType: 'Sandbox.Timedout',
    coldStart: false,
    initMs: undefined,
  });
  expect(shown).toEqual([
    'ws-ping ok in 3 ms, after a cold start of 120 ms',
    'ws-ping Sandbox.Timedout after 3 ms',
  ]);
  expect(entries[0]).toMatchObject({ kind: 'invocation', request_id: 'r1', durationMs: 3.3 });
});

it("shows a function's warnings, and keeps its ordinary lines for the log", () => {
  const { reporter, entries, shown } = aReporter();
  reporter.functionLine(functionLine('{"level":"INFO","message":"invocation"}'));
  reporter.functionLine(
    functionLine('{"level":"WARN","message":"push failed","error":{"name":"E","message":"m"}}'),
  );
  reporter.functionLine(functionLine('{"level":"ERROR","message":{"errorType":"X","errorMessage":"y"}}'));
  reporter.functionLine(functionLine('plain text'));
  expect(shown).toEqual(['ws-ping WARN push failed E: m', 'ws-ping ERROR X: y', 'ws-ping plain text']);
  expect(entries).toHaveLength(4);
  expect(entries[0]).toMatchObject({ line: { level: 'INFO', message: 'invocation' } });
});

it('shows more at DEBUG and only failures at ERROR', () => {
  const entry = {
    api: 'http' as const,
    requestId: 'r1',
    requestTimeEpoch: 0,
    sourceIp: '127.0.0.1',
    routeKey: 'GET /me',
    status: 200,
    responseLatencyMs: 1,
  };
  const debug = aReporter('DEBUG');
  debug.reporter.access(entry);
  expect(debug.shown).toEqual(['access 200 GET /me']);
  const error = aReporter('ERROR');
  error.reporter.access(entry);
  error.reporter.invocation(ok);
  error.reporter.notice('a warning');
  error.reporter.notice('broken', 'ERROR');
  expect(error.shown).toEqual(['cloud broken']);
  expect(error.entries).toHaveLength(4);
});

it('reads LOG_LEVEL as functions do, and takes anything else for INFO', () => {
  expect(['debug', 'WARN', 'loud', undefined].map(parseLogLevel)).toEqual(['DEBUG', 'WARN', 'INFO', 'INFO']);
});
