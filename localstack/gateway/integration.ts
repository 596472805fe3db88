import type { GatewayRuntime } from './runtime.ts';

/** How a Lambda proxy integration ended. */
export type IntegrationOutcome =
  | { readonly kind: 'returned'; readonly payload: unknown }
  | { readonly kind: 'failed'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'timed-out' };

/**
 * Calls a function and waits at most its integration timeout. The function is not stopped by that: it runs on,
 * and what it answers later is lost, as on AWS. Never rejects.
 */
export async function callIntegration(
  runtime: GatewayRuntime,
  integration: { readonly functionName: string; readonly integrationTimeoutMs: number },
  event: unknown,
): Promise<IntegrationOutcome> {
  const timeoutMs = Math.min(integration.integrationTimeoutMs, runtime.limits.integrationTimeoutMs);
  const { promise: timeout, resolve } = Promise.withResolvers<IntegrationOutcome>();
  const timer = setTimeout(() => resolve({ kind: 'timed-out' }), timeoutMs);
  try {
    return await Promise.race([invoke(runtime, integration.functionName, event), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function invoke(
  runtime: GatewayRuntime,
  functionName: string,
  event: unknown,
): Promise<IntegrationOutcome> {
  try {
    const result = await runtime.invoker.invoke(functionName, event);
    if (result.ok) return { kind: 'returned', payload: result.payload };
    return { kind: 'failed', errorType: result.errorType, errorMessage: result.errorMessage };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { kind: 'failed', errorType: name, errorMessage: message };
  }
}

/** What the access log says of an outcome; undefined when the function returned. */
export function integrationError(outcome: IntegrationOutcome): string | undefined {
  switch (outcome.kind) {
    case 'returned':
      return undefined;
    case 'failed':
      return outcome.errorType;
    case 'timed-out':
      return 'Integration.Timeout';
  }
}
