import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../infra/function-code.ts';
import type { LambdaRunner } from '../lambda/runner.ts';
import type { Reporter } from '../logs/reporter.ts';
import type { CloudPlan } from '../template/cloud-plan.ts';
import { templateSources } from '../template/prepare-assembly.ts';
import { runClientBuild } from '../web/run-client-build.ts';
import type { Closers } from './closers.ts';
import { contentHash } from './content-hash.ts';
import { watchFolder } from './watch-folder.ts';

interface Followed {
  readonly lambda: LambdaRunner;
  readonly plan: CloudPlan;
  readonly reporter: Reporter;
}

/** Rebuilds the client when web/ changes, and says so when only a restart helps. */
export function followSources({ reporter }: Followed, closers: Closers): void {
  const templates = () => contentHash(repositoryRoot, templateSources);
  let known = templates();
  const infra = watchFolder(join(repositoryRoot, 'infra'), () => {
    const present = templates();
    if (present !== known)
      reporter.notice('infra/ has changed: end this with Ctrl-C and run `npm start` again.');
    known = present;
  });
  closers.add(() => infra.close());
  if (!existsSync(join(repositoryRoot, 'web'))) return;

  const build = oneAtATime(async () => {
    try {
      if (await runClientBuild()) reporter.notice('The web client is rebuilt: reload the page.');
    } catch (error) {
      reporter.notice(`${messageOf(error)}\nThe old client stays.`, 'ERROR');
    }
  });
  const web = watchFolder(join(repositoryRoot, 'web'), build.request);
  closers.add(async () => {
    web.close();
    await build.settled();
  });
}

/** A request during a run makes one more run, however many requests there are. */
function oneAtATime(run: () => Promise<void>): { request: () => void; settled: () => Promise<void> } {
  let running: Promise<void> | undefined;
  let again = false;
  const loop = async (): Promise<void> => {
    do {
      again = false;
      await run();
    } while (again);
    running = undefined;
  };
  return {
    request() {
      again = true;
      running ??= loop();
    },
    settled: async () => running,
  };
}

/** To be called after each rebuild with the folders of the new bundles, or with what failed. */
export function reloadFunctions({ lambda, plan, reporter }: Followed, outcome: string[] | Error): void {
  if (outcome instanceof Error) {
    reporter.notice(`${outcome.message}\nThe old code stays.`, 'ERROR');
    return;
  }
  for (const codeDir of outcome) lambda.reload(codeDir);
  const names = plan.functions.filter(({ codeDir }) => outcome.includes(codeDir)).map(({ name }) => name);
  if (names.length > 0) reporter.notice(`Reloaded ${names.join(', ')}.`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
