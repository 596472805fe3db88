import { randomInt, randomUUID } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock } from '../contracts.ts';
import { answers } from '../dynamodb/answers.ts';
import { DynamoDbProcess } from '../dynamodb/dynamodb-process.ts';
import { findDynamoDb } from '../dynamodb/find-dynamodb.ts';
import type { Reporter } from '../logs/reporter.ts';
import { createOutbox, type Outbox } from '../outbox/outbox.ts';
import { startSesServer } from '../outbox/ses-server.ts';
import { createSecretStore, type SecretStore } from '../secrets/secret-store.ts';
import { startSecretsServer } from '../secrets/secrets-server.ts';
import { createSqs, type ListeningSqs, type Sqs } from '../sqs/sqs-server.ts';
import { allEnded, type Closers } from './closers.ts';
import { startTidying } from './start-tidying.ts';
import { damagedState, StartupError } from './startup-error.ts';
import type { StateFolder } from './state-folder.ts';

export const account = { region: 'us-east-1', accountId: '000000000000' } as const;

export interface ServicesOptions {
  readonly state: StateFolder;
  readonly reporter: Reporter;
  readonly queueClock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** DynamoDB is gone for good. */
  readonly onFatal: (error: Error) => void;
}

export interface LocalServices {
  readonly dynamoDb: {
    readonly endpoint: string;
    /** Fault hook: kills the database; resolves when it is back. Rejects when it is not ours. */
    crash(): Promise<void>;
  };
  readonly sqs: Sqs & Pick<ListeningSqs, 'endpoint' | 'queueUrl'>;
  readonly secrets: { readonly endpoint: string; readonly store: SecretStore };
  /** Mail and SMS of functions; `sesEndpoint` is where they send mail. */
  readonly outbox: Outbox & { readonly sesEndpoint: string };
}

/** Starts what needs no template, all at once; each adds itself to `closers`. */
export async function startLocalServices(options: ServicesOptions, closers: Closers): Promise<LocalServices> {
  const [dynamoDb, sqs, secrets, outbox] = await allEnded([
    startDatabase(options, closers),
    startQueues(options, closers),
    startSecrets(options, closers),
    startOutbox(options, closers),
  ]);
  return { dynamoDb, sqs, secrets, outbox };
}

async function startDatabase(
  { state, reporter, environment, onFatal }: ServicesOptions,
  closers: Closers,
): Promise<LocalServices['dynamoDb']> {
  const source = findDynamoDb({ environment, platform: process.platform, arch: process.arch });
  if (source.kind === 'endpoint') {
    if (!(await answers(source.url))) {
      throw new StartupError(
        `Nothing answers at DYNAMODB_ENDPOINT, ${source.url}.`,
        'Start the DynamoDB there, or leave DYNAMODB_ENDPOINT out to use the one that comes with Confab.',
      );
    }
    const crash = () => Promise.reject(new Error('DynamoDB behind DYNAMODB_ENDPOINT cannot be crashed'));
    return { endpoint: source.url, crash };
  }
  const database = await DynamoDbProcess.start({
    program: source.file,
    stateFile: state.dynamoDbFile,
    onRestart: (reason) => reporter.notice(`DynamoDB is started again: ${reason}`),
    onGivenUp: onFatal,
  });
  closers.add(() => database.close());
  await startTidying(state.dynamoDbFile, { clock: { now: Date.now }, reporter, closers });
  return { endpoint: database.endpoint, crash: () => database.crash() };
}

async function startQueues(
  { state, queueClock }: ServicesOptions,
  closers: Closers,
): Promise<LocalServices['sqs']> {
  let sqs: Sqs;
  try {
    sqs = createSqs({ ...account, stateFile: state.queuesFile, clock: queueClock });
  } catch (error) {
    throw damagedState(state.queuesFile, error instanceof Error && error.cause ? error.cause : error);
  }
  closers.add(() => sqs.close());
  const listening = await sqs.listen();
  closers.add(() => listening.close());
  return { ...sqs, endpoint: listening.endpoint, queueUrl: (name) => listening.queueUrl(name) };
}

async function startSecrets({ state }: ServicesOptions, closers: Closers): Promise<LocalServices['secrets']> {
  const store = createSecretStore({
    file: state.secretsFile,
    newId: randomUUID,
    randomInt: (below) => randomInt(below),
    now: Date.now,
  });
  const server = await startSecretsServer(store);
  closers.add(() => server.close());
  return { endpoint: server.endpoint, store };
}

async function startOutbox({ state }: ServicesOptions, closers: Closers): Promise<LocalServices['outbox']> {
  const outbox = createOutbox({ file: state.outboxFile, now: Date.now, newId: monotonicFactory() });
  const server = await startSesServer(outbox);
  closers.add(() => server.close());
  return { ...outbox, sesEndpoint: server.endpoint };
}
