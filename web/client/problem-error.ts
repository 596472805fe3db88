import { errorTable } from '../../shared/errors.ts';

/** The server answered, and said no. `code` is stable; `message` is for people. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(facts: {
    status: number;
    code: string;
    detail: string;
    requestId?: string | undefined;
    retryAfterMs?: number | undefined;
  }) {
    super(facts.detail);
    this.name = 'ProblemError';
    this.status = facts.status;
    this.code = facts.code;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** No answer came: the network is away, or the server is. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause });
    this.name = 'UnreachableError';
  }
}

/**
 * How a session came to its end: `ended` by somebody's decision (on another device, by a new password); `lapsed`
 * because its tokens do not work any more.
 */
export type SessionEnd = 'ended' | 'lapsed';

/** The session is over: somebody has to sign in again. `replaced`: it is not even the one of this browser any more. */
export class SignedOutError extends Error {
  readonly end: SessionEnd | 'replaced';

  constructor(end: SessionEnd | 'replaced') {
    super('The session has ended');
    this.name = 'SignedOutError';
    this.end = end;
  }
}

/** Whether the same request may succeed later. A code that this client does not know is not worth repeating. */
export function isRetryable(code: string): boolean {
  return Object.hasOwn(errorTable, code) && errorTable[code as keyof typeof errorTable].retryable;
}
