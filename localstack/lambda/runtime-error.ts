import type { RuntimeError } from './messages.ts';

/** What the Node.js runtime reports for a thrown value: name and message of an error, the type of anything else. */
export function toRuntimeError(thrown: unknown): RuntimeError {
  return thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message }
    : { errorType: typeof thrown, errorMessage: String(thrown) };
}

/**
 * The words of Lambda for an environment that ended while it ran an invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
 */
export const sandboxErrors = {
  timedOut: (requestId: string, timeoutMs: number): RuntimeError => ({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  }),
  exited: (requestId: string, exitCode: number): RuntimeError => ({
    errorType: 'Runtime.ExitError',
    errorMessage:
      exitCode === 0
        ? `RequestId: ${requestId} Error: Runtime exited without providing a reason`
        : `RequestId: ${requestId} Error: Runtime exited with error: exit status ${exitCode}`,
  }),
  killed: (requestId: string): RuntimeError => ({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  }),
  outOfMemory: (requestId: string): RuntimeError => ({
    errorType: 'Runtime.OutOfMemory',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  }),
} as const;
