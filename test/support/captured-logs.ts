import { afterEach, beforeEach, vi } from 'vitest';

/** Keeps what is logged from the terminal and for the test that is running; to be called once at the top of a file. */
export function capturedLogs() {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        lines.push(...String(text).trim().split('\n'));
        return true;
      });
    }
  });
  afterEach(() => vi.restoreAllMocks());
  return {
    lines: (): readonly Record<string, unknown>[] => lines.map((line) => JSON.parse(line)),
    text: (): string => lines.join('\n'),
    clear: () => {
      lines = [];
    },
  };
}
