import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { damagedState, StartupError } from '../cloud/startup-error.ts';
import { answers } from './answers.ts';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';

export interface DynamoDbOptions {
  readonly program: string;
  /** A SQLite file; it is made if it is missing. */
  readonly stateFile: string;
  /** Told of each restart after a crash. */
  readonly onRestart?: (reason: string) => void;
  /** It crashed again and again, and stays down. */
  readonly onGivenUp?: (error: Error) => void;
}

const restartsMax = 3;
const restartWindowMs = 60_000;
const startTimeoutMs = 10_000;
const startAttemptsMax = 5;
const pollIntervalMs = 10;

class PortTakenError extends Error {}

/** DynamoDB as a child process with its state on disk; when it crashes it is started again at the same address. */
export class DynamoDbProcess {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly #options: DynamoDbOptions;
  readonly #restarts: number[] = [];
  #process: GuardedProcess;
  #up: Promise<void>;
  #closing = false;

  /**
   * Resolves when it answers.
   * @throws StartupError when it does not come up, which in most cases is for its file.
   */
  static async start(options: DynamoDbOptions): Promise<DynamoDbProcess> {
    mkdirSync(dirname(options.stateFile), { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      const started = new DynamoDbProcess(options, await freePort());
      try {
        await started.#up;
        return started;
      } catch (error) {
        await started.close();
        // Between its choice and its use another process may have taken the port.
        if (!(error instanceof PortTakenError) || attempt === startAttemptsMax) throw error;
      }
    }
  }

  private constructor(options: DynamoDbOptions, port: number) {
    this.#options = options;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#process = this.#launch();
    this.#up = untilItAnswers(this.endpoint, this.#process, options.stateFile);
    // Whoever waits hears of a failure; so does the watcher of the process.
    this.#up.catch(() => {});
    void this.#watch(this.#process, this.#up);
  }

  /** Fault hook: kills the process; resolves when its successor answers. */
  async crash(): Promise<void> {
    const victim = this.#process;
    victim.kill();
    await victim.ended;
    await this.#up;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#process.stop();
  }

  #launch(): GuardedProcess {
    const port = new URL(this.endpoint).port;
    const args = ['serve', '--host', '127.0.0.1', '--port', port, '--db-path', this.#options.stateFile];
    return startGuarded(this.#options.program, args);
  }

  /** A process that never answered is the business of whoever waits for it. */
  async #watch(watched: GuardedProcess, up: Promise<void>): Promise<void> {
    const { status, stderr } = await watched.ended;
    const answered = await up.then(
      () => true,
      () => false,
    );
    if (this.#closing || (!answered && this.#restarts.length === 0)) return;
    const reason = `it ended with ${status}. ${lastLine(stderr)}`.trim();
    const now = performance.now();
    this.#restarts.push(now);
    if (this.#restarts.filter((at) => now - at < restartWindowMs).length > restartsMax) {
      this.#options.onGivenUp?.(new Error(`DynamoDB crashes again and again; the last time ${reason}`));
      return;
    }
    this.#options.onRestart?.(reason);
    this.#process = this.#launch();
    this.#up = untilItAnswers(this.endpoint, this.#process, this.#options.stateFile);
    this.#up.catch(() => {});
    void this.#watch(this.#process, this.#up);
  }
}

async function untilItAnswers(endpoint: string, started: GuardedProcess, stateFile: string): Promise<void> {
  const over = new AbortController();
  const failed = started.ended.then(({ status, stderr }) => {
    if (stderr.includes('already in use')) throw new PortTakenError(stderr);
    if (/database|sqlite/i.test(stderr)) throw damagedState(stateFile, new Error(lastLine(stderr)));
    throw new StartupError(
      `DynamoDB ended at its start with ${status}: ${lastLine(stderr)}`,
      'Try again; if it persists, `npm run reset`, or set DYNAMODB_ENDPOINT to another DynamoDB.',
    );
  });
  try {
    await Promise.race([failed, poll(endpoint, over.signal)]);
  } finally {
    over.abort();
  }
}

async function poll(endpoint: string, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + startTimeoutMs;
  while (performance.now() < giveUpAt && !signal.aborted) {
    if (await answers(endpoint)) return;
    await sleep(pollIntervalMs);
  }
  throw new StartupError(
    `DynamoDB did not answer within ${startTimeoutMs / 1000} seconds.`,
    'Try again, or set DYNAMODB_ENDPOINT to another DynamoDB.',
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
