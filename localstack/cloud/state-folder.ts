import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { damagedState, InstanceRunningError } from './startup-error.ts';

/** Raised when files of an older version can no longer be read. */
const stateVersion = '1';

/** Where everything lies that outlasts a run. */
export interface StateFolder {
  readonly dynamoDbFile: string;
  readonly queuesFile: string;
  readonly secretsFile: string;
  readonly outboxFile: string;
  readonly checkpointsDir: string;
  readonly topicsAndBucketsDir: string;
  readonly logFile: string;
  /** Lets the next instance in. */
  readonly release: () => void;
}

/** Everything in the folder but its lock, for whoever deletes it: the folder may hold what is not ours. */
export const stateEntries = [
  'build',
  'cdk.out',
  'checkpoints',
  'dynamodb',
  'fauxqs',
  'functions',
  'instance.pid',
  'logs',
  'outbox',
  'secrets.json',
  'sqs',
  'version',
];

export function logFileOf(stateDir: string): string {
  return join(stateDir, 'logs', 'cloud.jsonl');
}

/**
 * Takes the folder for this process, and makes it if it is missing.
 * @throws StartupError when another instance has it, or when it is not of this version.
 */
export function openStateFolder(stateDir: string): StateFolder {
  const release = takeLock(stateDir);
  try {
    checkVersion(join(stateDir, 'version'));
  } catch (error) {
    release();
    throw error;
  }
  return {
    dynamoDbFile: join(stateDir, 'dynamodb', 'tables.sqlite'),
    queuesFile: join(stateDir, 'sqs', 'queues.sqlite'),
    secretsFile: join(stateDir, 'secrets.json'),
    outboxFile: join(stateDir, 'outbox', 'messages.jsonl'),
    checkpointsDir: join(stateDir, 'checkpoints'),
    topicsAndBucketsDir: join(stateDir, 'fauxqs'),
    logFile: logFileOf(stateDir),
    release,
  };
}

/** A database that nothing refers to is collected some time, and closed by that. */
const heldLocks = new Set<DatabaseSync>();

/**
 * The lock is the operating system's, on a database file: it ends with the process however that ends, so that there is
 * nothing stale to recover from. The process id lies in a file beside it, for the message only.
 * @throws InstanceRunningError when another process has it.
 */
export function takeLock(stateDir: string): () => void {
  mkdirSync(stateDir, { recursive: true });
  const pidFile = join(stateDir, 'instance.pid');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(stateDir, 'instance.lock'));
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (!isBusy(error)) throw damagedState(join(stateDir, 'instance.lock'), error);
    throw new InstanceRunningError(
      `Another instance (process ${readText(pidFile) ?? 'unknown'}) uses the state in ${stateDir}.`,
      'End it with Ctrl-C, or give this one a folder of its own: CONFAB_STATE_DIR=.local-2 PORT=8788 npm start',
    );
  }
  writeFileSync(pidFile, String(process.pid));
  const held = database;
  heldLocks.add(held);
  return () => {
    if (heldLocks.delete(held)) held.close();
  };
}

/** https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function checkVersion(file: string): void {
  const found = readText(file)?.trim();
  if (found === undefined) writeFileSync(file, stateVersion);
  else if (found !== stateVersion) {
    throw damagedState(
      `${file} says version "${found.slice(0, 20)}", and this program writes ${stateVersion}`,
    );
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
