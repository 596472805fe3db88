import { join } from 'node:path';
import { repositoryRoot } from '../../infra/function-code.ts';
import { type Cloud, startCloud } from '../cloud.ts';
import { findDynamoDb } from '../dynamodb/find-dynamodb.ts';
import { prepareAssembly } from '../template/prepare-assembly.ts';
import { runClientBuild } from '../web/run-client-build.ts';
import { createClosers } from './closers.ts';
import { followSources, reloadFunctions } from './follow-sources.ts';
import { checkPort } from './preflight.ts';
import { readSettings } from './settings.ts';
import { takeLock } from './state-folder.ts';

/** Starts everything, says where it is, and resolves when it has been ended by a signal. */
export async function runInTerminal(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { port, stateDir } = readSettings(environment);
  await preflight(port, stateDir, environment);
  const stop = stopSignal();
  const closers = createClosers();
  let running: Cloud | undefined;
  const prepared = prepareAssembly({
    dir: stateDir,
    watch: (outcome) => running && reloadFunctions(running, outcome),
  });
  closers.add(async () => (await prepared.catch(() => undefined))?.stop());
  const client = runClientBuild();
  // Both are awaited below; until then another failure may come first.
  client.catch(() => {});

  try {
    const cloud = await startCloud({
      port,
      stateDir,
      environment,
      assemblyDir: prepared.then(({ assemblyDir }) => assemblyDir),
      webDir: join(repositoryRoot, 'dist', 'web'),
    });
    closers.add(() => cloud.close());
    await client;
    running = cloud;
    followSources(cloud, closers);
    greet(cloud);
    await stopOrFailure(stop, cloud);
  } finally {
    await closers.close();
  }
}

/** What would fail later anyway, before anything takes its time. */
async function preflight(
  port: number,
  stateDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  takeLock(stateDir)();
  await checkPort(port);
  findDynamoDb({ environment, platform: process.platform, arch: process.arch });
}

function greet({ url, outboxUrl }: Cloud): void {
  console.log(`\nConfab is ready on ${url}`);
  console.log(`  ${outboxUrl}     mail and SMS that it sends, with their codes`);
  console.log('  npm run seed     demo people and conversations');
  console.log(
    '  npm run trace -- <client_msg_id>     the way of a message; npm run reset     start afresh\n',
  );
}

/** @throws what failed for good. */
async function stopOrFailure(stop: Promise<void>, cloud: Cloud): Promise<void> {
  const failure = await Promise.race([stop, cloud.failed]);
  if (failure !== undefined) throw failure;
}

/** One Ctrl-C under npm can reach this process twice: from the terminal and from npm. */
const sameSignalMs = 500;

/** Resolves at the first signal; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (askedAt !== undefined) {
        if (performance.now() - askedAt > sameSignalMs) process.exit(1);
        return;
      }
      askedAt = performance.now();
      console.log(`\n${signal}: closing; once more to end at once.`);
      resolve();
    });
  }
  return promise;
}
