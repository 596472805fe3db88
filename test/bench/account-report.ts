import type { AccountCost } from './account-cost.ts';
import type { AccountLatency } from './account-latency.ts';
import type { EnumerationResult } from './enumeration.ts';
import { ms, table, verdict } from './report-table.ts';

export interface AccountsResult {
  readonly latency: AccountLatency;
  readonly enumeration: readonly EnumerationResult[];
  readonly costs: readonly AccountCost[];
}

/** What the project wants of known and unknown addresses: medians that lie no further apart. */
const differencePercent = 5;

export function renderAccounts({ latency, enumeration, costs }: AccountsResult): string[] {
  return [
    'Accounts:',
    ...renderLatency(latency),
    '',
    'Known and unknown addresses in turns, medians; the difference lies between the last two with 95 %:',
    ...renderEnumeration(enumeration),
    '',
    'Per request and what follows from it, measured at the calls of the functions:',
    ...renderCosts(costs),
    'List prices (test/bench/prices.ts); an SMS costs 0.5 to 30 cents by country, and is not in them.',
  ];
}

function renderLatency({ loginMs, refreshMs }: AccountLatency): string[] {
  const row = (name: string, { p50, p95, p99, max }: AccountLatency['loginMs']) => [
    name,
    ...[p50, p95, p99, max].map(ms),
  ];
  return table([
    ['ms', 'p50', 'p95', 'p99', 'max'],
    row('login, two argon2id', loginMs),
    row('refresh', refreshMs),
  ]);
}

function renderEnumeration(results: readonly EnumerationResult[]): string[] {
  return table([
    ['ms', 'pairs', 'known', 'unknown', 'difference', '%', 'from', 'to', ''],
    ...results.map(({ route, pairs, knownMs, unknownMs, differenceMs, lowMs, highMs }) => {
      const percent = (differenceMs / unknownMs) * 100;
      return [
        route,
        String(pairs),
        ...[knownMs, unknownMs, differenceMs].map((value) => value.toFixed(2)),
        percent.toFixed(1),
        ...[lowMs, highMs].map((value) => value.toFixed(2)),
        verdictOf({ percent, lowMs, highMs }),
      ];
    }),
  ]);
}

/** A machine that is busy with something else has medians far apart for no reason: then nothing is proven either way. */
function verdictOf({ percent, lowMs, highMs }: { percent: number; lowMs: number; highMs: number }): string {
  const target = `< ${differencePercent} %`;
  const isClose = Math.abs(percent) < differencePercent;
  return !isClose && lowMs < 0 && highMs > 0 ? ` ? ${target}, too noisy to tell` : verdict(isClose, target);
}

function renderCosts(costs: readonly AccountCost[]): string[] {
  const lines = [...new Set(costs.flatMap((cost) => Object.keys(cost.dollarsPerMillion)))];
  const calls = [...new Set(costs.flatMap((cost) => Object.keys(cost.calls)))].sort();
  const row = (name: string, value: (cost: AccountCost) => number, digits = 2) => [
    name,
    ...costs.map((cost) => value(cost).toFixed(digits)),
  ];
  return table([
    ['', ...costs.map(({ name }) => name)],
    ...calls.map((call) => row(call, (cost) => cost.calls[call] ?? 0)),
    row('write units', (cost) => cost.writeUnits),
    row('read units', (cost) => cost.readUnits),
    row('invocations', (cost) => cost.invocations),
    row('GB-s, durations here', (cost) => cost.gbSecondsMeasured, 4),
    row('log bytes', (cost) => cost.logBytes, 0),
    ['computed:'],
    row('SQS requests, receive and delete by batch', (cost) => cost.sqsRequests),
    row('GB-s, durations assumed on AWS', (cost) => cost.gbSecondsAssumed, 4),
    ['$ per million:'],
    ...lines.map((line) => row(line, (cost) => cost.dollarsPerMillion[line] ?? 0)),
  ]);
}
