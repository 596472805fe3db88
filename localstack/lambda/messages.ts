/**
 * What passes between the runner and the thread of an execution environment. Event and response travel as JSON text,
 * so that both sides own their objects and `undefined`, dates and maps look as they do on AWS.
 */

/** Given to the thread when it starts. */
export interface EnvironmentData {
  /** One Int32: it counts the invocations that were posted; the frozen thread waits for it to change. */
  readonly signal: SharedArrayBuffer;
  readonly codeDir: string;
  readonly handler: string;
  readonly functionArn: string;
}

export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly timeoutMs: number;
}

export interface RuntimeError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export type EnvironmentMessage =
  /** The module is loaded; the environment is frozen until its first invocation. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'log'; readonly requestId: string | undefined; readonly line: string }
  /** `payload` is JSON text. */
  | { readonly kind: 'response'; readonly payload: string }
  /** The handler threw or rejected; the environment lives on. */
  | ({ readonly kind: 'error' } & RuntimeError)
  /** The code failed outside of a handler's promise; the environment ends itself after this message. */
  | ({ readonly kind: 'fatal' } & RuntimeError);
