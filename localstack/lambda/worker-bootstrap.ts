/**
 * The thread of one execution environment: loads the handler, then takes one invocation after the other.
 * Between two invocations the thread is blocked, not idle: as on AWS, a timer or a request that the handler left
 * behind goes on only when the next invocation thaws the environment.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { captureOutput } from './capture-output.ts';
import { buildContext } from './context.ts';
import { type Handler, loadHandler } from './load-handler.ts';
import type { EnvironmentData, EnvironmentMessage, Invocation, RuntimeError } from './messages.ts';
import { toRuntimeError } from './runtime-error.ts';

if (parentPort === null) throw new Error('worker-bootstrap.ts runs as a worker thread only');
const port = parentPort;
const environment: EnvironmentData = workerData;
const signal = new Int32Array(environment.signal);
// Taken before the function's code runs: it may replace them, by fake timers for example.
const { setImmediate } = globalThis;
const now = performance.now.bind(performance);

let requestId: string | undefined;
let seenInvocations = 0;

const outputs = [process.stdout, process.stderr].map((stream) => captureOutput(stream, postLine));
process.on('exit', flushOutput);
process.on('uncaughtException', (error) => die(toRuntimeError(error), error));
process.on('unhandledRejection', (reason) =>
  die({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason) }, reason),
);

void start();

async function start(): Promise<void> {
  const loaded = await loadHandler(environment.codeDir, environment.handler);
  if ('error' in loaded) return die(loaded.error, undefined);
  post({ kind: 'ready' });
  return serve(loaded.handler);
}

async function serve(handler: Handler): Promise<never> {
  for (;;) {
    const invocation = nextInvocation();
    requestId = invocation.requestId;
    await thaw();
    let answer: EnvironmentMessage;
    try {
      const context = buildContext(invocation, environment.functionArn, process.env, now);
      const event: unknown = JSON.parse(invocation.event);
      answer = response(await handler(event, context));
    } catch (thrown) {
      answer = { kind: 'error', ...toRuntimeError(thrown) };
      postError(answer, thrown);
    }
    flushOutput();
    post(answer);
  }
}

/** Blocks the thread until the runner has posted an invocation. */
function nextInvocation(): Invocation {
  for (;;) {
    const received: { message: Invocation } | undefined = receiveMessageOnPort(port);
    if (received !== undefined) return received.message;
    Atomics.wait(signal, 0, seenInvocations);
    seenInvocations = Atomics.load(signal, 0);
  }
}

/**
 * One whole turn of the event loop, so that what was due while the environment was frozen comes first; above all
 * connections that the other side has closed are dropped before the handler could reuse them.
 */
async function thaw(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

function response(result: unknown): EnvironmentMessage {
  let payload: string | undefined;
  try {
    payload = JSON.stringify(result);
  } catch (cause) {
    throw new Error('Unable to stringify response body', { cause });
  }
  return { kind: 'response', payload: payload ?? 'null' };
}

function die(error: RuntimeError, thrown: unknown): never {
  postError(error, thrown);
  flushOutput();
  post({ kind: 'fatal', ...error });
  process.exit(1);
}

/** The runtime logs every error with its stack, in the shape of Lambda's JSON log format. */
function postError({ errorType, errorMessage }: RuntimeError, thrown: unknown): void {
  const stackTrace = thrown instanceof Error ? thrown.stack?.split('\n') : undefined;
  flushOutput();
  postLine(JSON.stringify({ level: 'ERROR', requestId, message: { errorType, errorMessage, stackTrace } }));
}

function postLine(line: string): void {
  post({ kind: 'log', requestId, line });
}

function flushOutput(): void {
  for (const output of outputs) output.flush();
}

function post(message: EnvironmentMessage): void {
  port.postMessage(message);
}
