import type { MessageUpdate } from '../../events/server-frames.ts';
import { type Message, messageUpdate } from './message.ts';
import type { ChangePage, LogEntry } from './message-store.ts';

/** A page of the change log from the rows after `since`, ascending, of which one more than `limit` may be there. */
export function changePage(rows: readonly LogEntry[], since: number, limit: number): ChangePage {
  const page = rows.slice(0, limit);
  const changes = lastOfEach(page);
  return {
    seqs: changes.map(({ seq }) => seq),
    changes,
    rev: page.at(-1)?.rev ?? since,
    hasMore: rows.length > limit,
  };
}

/** Of several changes of one message the last, in the order of their numbers. */
function lastOfEach(log: readonly LogEntry[]): LogEntry[] {
  const last = new Map(log.map((entry) => [entry.seq, entry] as const));
  return [...last.values()].sort((a, b) => a.rev - b.rev);
}

/**
 * The updates for these changes, ascending: one per message and unbroken run of numbers, each beginning where the one
 * before it ended. A run that has a gap before it says so: `prev_rev` never promises a change that is not among them.
 */
export function updatesOf(log: readonly LogEntry[], messages: ReadonlyMap<number, Message>): MessageUpdate[] {
  return unbrokenRuns(log).flatMap((run) => {
    let prevRev = (run[0]?.rev ?? 1) - 1;
    return lastOfEach(run).flatMap(({ rev, seq }) => {
      const message = messages.get(seq);
      if (!message) return [];
      const update = messageUpdate(message, prevRev, rev);
      prevRev = rev;
      return [update];
    });
  });
}

/** 3 4 7 8 8 9 → [3 4] [7 8 9] */
function unbrokenRuns(log: readonly LogEntry[]): LogEntry[][] {
  const byRev = new Map(log.map((entry) => [entry.rev, entry] as const));
  const runs: LogEntry[][] = [];
  for (const entry of [...byRev.values()].sort((a, b) => a.rev - b.rev)) {
    const run = runs.at(-1);
    if (run && run.at(-1)?.rev === entry.rev - 1) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}
