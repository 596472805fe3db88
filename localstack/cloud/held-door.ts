import type { LambdaInvoker } from '../contracts.ts';
import type { StaticFiles } from '../gateway/http-api.ts';
import type { LambdaRunner } from '../lambda/runner.ts';

/** What stands behind the gateway. */
export interface Interior {
  readonly lambda: LambdaRunner;
  readonly staticFiles: StaticFiles;
}

/**
 * The gateway must listen before functions are defined, because their variables name its address. Until they are,
 * calls wait here.
 */
export interface HeldDoor {
  readonly invoker: LambdaInvoker;
  readonly staticFiles: StaticFiles;
  open(interior: Interior): void;
  /** Ends the functions; what still waits is refused. */
  close(): Promise<void>;
}

export function createHeldDoor(): HeldDoor {
  const { promise, resolve, reject } = Promise.withResolvers<Interior>();
  let opened: Interior | undefined;
  // Nobody may be waiting when it is closed.
  promise.catch(() => {});
  return {
    invoker: { invoke: async (functionName, event) => (await promise).lambda.invoke(functionName, event) },
    staticFiles: async (request, response) => (await promise).staticFiles(request, response),
    open(interior) {
      opened = interior;
      resolve(interior);
    },
    async close() {
      reject(new Error('The embedded cloud is closed'));
      await opened?.lambda.close();
    },
  };
}
