import { vi } from 'vitest';
import type { InvokeResult, LambdaInvoker } from '../contracts.ts';

export interface RecordedInvocation {
  readonly event: unknown;
  readonly answer: (result: InvokeResult) => void;
}

/** A Lambda whose invocations stay open until the test answers them, or answers them by `respond`. */
export function aLambda(respond?: (event: unknown) => InvokeResult | Promise<InvokeResult>) {
  const invocations: RecordedInvocation[] = [];
  const lambda: LambdaInvoker = {
    invoke: (_functionName, event) => {
      const { promise, resolve } = Promise.withResolvers<InvokeResult>();
      invocations.push({ event, answer: resolve });
      return respond === undefined ? promise : Promise.resolve(event).then(respond);
    },
  };
  return { lambda, invocations };
}

export function succeeded(payload: unknown = null): InvokeResult {
  return { ok: true, payload, requestId: 'request' };
}

export function failed(errorType = 'Error', errorMessage = 'boom'): InvokeResult {
  return { ok: false, errorType, errorMessage, requestId: 'request' };
}

export function reporting(...ids: unknown[]): InvokeResult {
  return succeeded({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
}

/** Waits until `assertion` no longer throws. */
export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 10_000, interval: 2 });
}
