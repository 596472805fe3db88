/**
 * `npm run bench [-- --json]`: how fast, and for how much. Each part runs against a fresh cloud in a process of its own,
 * on this machine; nothing of it goes to AWS. With --json the result is the only thing on stdout.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { observeAccountCosts } from './account-calls.ts';
import { accountCostOf } from './account-cost.ts';
import { measureAccountLatency } from './account-latency.ts';
import type { AccountsResult } from './account-report.ts';
import { observeActionCosts } from './action-calls.ts';
import { actionCostOf } from './action-cost.ts';
import { measureBundles } from './bundles.ts';
import { measureBurst } from './burst.ts';
import { type ChildCloud, startChildCloud } from './child-cloud.ts';
import { costOf } from './cost.ts';
import { measureEnumeration } from './enumeration.ts';
import { measureFanOut } from './fan-out.ts';
import { measureLatency } from './latency.ts';
import { observeCosts } from './observe.ts';
import { type BenchResult, renderReport } from './report.ts';

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const folder = mkdtempSync(join(tmpdir(), 'confab-bench-'));
const clouds: ChildCloud[] = [];
try {
  const result = await measure();
  console.log(options.json ? JSON.stringify(result, undefined, 2) : renderReport(result));
} finally {
  await Promise.all(clouds.map((cloud) => cloud.close()));
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<BenchResult> {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
  };
  const fast = await start('fast');
  say('latency');
  const latency = await measureLatency(fast.http);
  say('fan-out');
  const fanOut = await measureFanOut(fast.http);
  say('burst');
  const burst = await measureBurst(fast);
  await fast.close();

  say('cost');
  const observations = await observeCosts(await start('tapped', { tap: true }));
  say('cost of each action');
  const actions = await observeActionCosts(await start('actions-tapped', { tap: true }));
  const accounts = await measureAccounts();
  say('bundles');
  const bundles = await measureBundles(join(folder, 'assembly', 'functions'));
  return {
    at: new Date().toISOString(),
    machine,
    readyMs: fast.readyMs,
    latency,
    burst,
    fanOut,
    costs: observations.map(costOf),
    actions: actions.map(actionCostOf),
    accounts,
    bundles,
  };
}

async function measureAccounts(): Promise<AccountsResult> {
  const fast = await start('accounts');
  say('latency of accounts');
  const latency = await measureAccountLatency(fast);
  say('known and unknown addresses');
  const enumeration = await measureEnumeration(fast);
  await fast.close();
  say('cost of accounts');
  const observations = await observeAccountCosts(await start('accounts-tapped', { tap: true }));
  return { latency, enumeration, costs: observations.map(accountCostOf) };
}

async function start(name: string, more: { tap?: boolean } = {}): Promise<ChildCloud> {
  const cloud = await startChildCloud(folder, { name, ...more });
  clouds.push(cloud);
  return cloud;
}

/** Progress is for people who wait: on stderr, so that stdout stays the result alone. */
function say(step: string): void {
  console.error(`… ${step}`);
}
