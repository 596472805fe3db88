import { type AccountsResult, renderAccounts } from './account-report.ts';
import type { ActionCost } from './action-cost.ts';
import { renderActions } from './action-report.ts';
import type { BundleResult } from './bundles.ts';
import type { BurstResult } from './burst.ts';
import type { MessageCost } from './cost.ts';
import type { FanOutResult } from './fan-out.ts';
import type { Distribution } from './histogram.ts';
import type { LatencyResult } from './latency.ts';
import { ms, range, table, verdict } from './report-table.ts';

export interface BenchResult {
  readonly at: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly load: number;
  };
  readonly readyMs: number;
  readonly latency: LatencyResult;
  readonly burst: BurstResult;
  readonly fanOut: FanOutResult;
  readonly costs: readonly MessageCost[];
  readonly actions: readonly ActionCost[];
  readonly accounts: AccountsResult;
  readonly bundles: readonly BundleResult[];
}

/** What the project wants of a machine of two cores. */
export const targets = {
  deliveredP50Ms: 15,
  deliveredP99Ms: 60,
  burstPerSecond: 200,
  readyMs: 10_000,
  bundleKilobytes: 500,
} as const;

/** The result as text for people. */
export function renderReport(result: BenchResult): string {
  const { machine } = result;
  return [
    `Confab bench, ${result.at}`,
    `${machine.cores} × ${machine.cpu}, Node ${machine.node}, load ${machine.load.toFixed(1)}; embedded cloud in a process of its own`,
    '',
    ...renderSpeed(result),
    '',
    ...renderCosts(result.costs),
    '',
    ...renderActions(result.actions),
    '',
    ...renderAccounts(result.accounts),
    '',
    ...renderBundles(result.bundles),
  ].join('\n');
}

function renderSpeed({ readyMs, latency, burst, fanOut }: BenchResult): string[] {
  const { deliveredMs, ackMs } = latency;
  const times = ({ p50, p95, p99, max }: Distribution) => [ms(p50), ms(p95), ms(p99), ms(max)];
  const largest = Math.max(burst.messages, 1);
  return [
    ...table([
      ['ms', 'p50', 'p95', 'p99', 'max', ''],
      [
        `send → delivered, ${latency.perSecond}/s`,
        ...times(deliveredMs),
        verdict(deliveredMs.p50 <= targets.deliveredP50Ms, `p50 ≤ ${targets.deliveredP50Ms}`) +
          verdict(deliveredMs.p99 <= targets.deliveredP99Ms, `p99 ≤ ${targets.deliveredP99Ms}`),
      ],
      [`send → ack, ${latency.perSecond}/s`, ...times(ackMs), ''],
      [`send → last of ${fanOut.members} receivers`, ...times(fanOut.lastReceiverMs), ''],
      [`burst of ${largest}: send → delivered`, ...times(burst.deliveredMs), ''],
    ]),
    `repeats: delivered p50 ${range(latency.deliveredP50Ms)} ms, p99 ${range(latency.deliveredP99Ms)} ms`,
    `burst over ${burst.conversations} conversations: ${Math.round(burst.messagesPerSecond.median)} messages/s (${range(burst.messagesPerSecond)})${verdict(burst.messagesPerSecond.median >= targets.burstPerSecond, `≥ ${targets.burstPerSecond}`)}, ${burst.cpuMsPerMessage.toFixed(1)} ms CPU each, ${burst.refusals} sent again`,
    `ready after ${(readyMs / 1_000).toFixed(1)} s, built and synthesized, without the web client${verdict(readyMs <= targets.readyMs, `≤ ${targets.readyMs / 1_000} s`)}`,
  ];
}

function renderCosts(costs: readonly MessageCost[]): string[] {
  const lines = [...new Set(costs.flatMap((cost) => Object.keys(cost.dollarsPerMillion)))];
  const calls = [...new Set(costs.flatMap((cost) => Object.keys(cost.calls)))].sort();
  const row = (name: string, value: (cost: MessageCost) => number, digits = 2) => [
    name,
    ...costs.map((cost) => value(cost).toFixed(digits)),
  ];
  return [
    'Per message, measured at the calls of the functions:',
    ...table([
      ['', ...costs.map(({ name }) => name)],
      ...calls.map((call) => row(call, (cost) => cost.calls[call] ?? 0)),
      row('frames in', (cost) => cost.framesIn),
      row('frames out', (cost) => cost.framesOut),
      row('write units', (cost) => cost.writeUnits),
      row('read units', (cost) => cost.readUnits),
      row('invocations', (cost) => cost.invocations),
      row('GB-s, durations here', (cost) => cost.gbSecondsMeasured, 4),
      row('log bytes', (cost) => cost.logBytes, 0),
      ['computed:'],
      row('SQS requests, receive and delete by batch', (cost) => cost.sqsRequests),
      row('GB-s, durations assumed on AWS', (cost) => cost.gbSecondsAssumed, 4),
      ['$ per million messages:'],
      ...lines.map((line) => row(line, (cost) => cost.dollarsPerMillion[line] ?? 0)),
    ]),
    'List prices (test/bench/prices.ts); idle, storage, egress, connection minutes and access logs are not in them.',
  ];
}

function renderBundles(bundles: readonly BundleResult[]): string[] {
  const largest = Math.max(...bundles.map(({ kilobytes }) => kilobytes));
  return [
    ...table([
      ['function', 'KB', 'KB gz', 'cold import ms', 'min–max'],
      ...bundles.map(({ name, kilobytes, gzipKilobytes, importMs }) => [
        name,
        kilobytes.toFixed(0),
        gzipKilobytes.toFixed(0),
        ms(importMs.median),
        range(importMs),
      ]),
    ]),
    `largest bundle ${largest.toFixed(0)} KB${verdict(largest <= targets.bundleKilobytes, `≤ ${targets.bundleKilobytes} KB`)}`,
  ];
}
