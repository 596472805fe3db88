/** Why the embedded cloud cannot start, and what to do about it; shown without a stack. */
export class StartupError extends Error {
  readonly wayOut: string;

  constructor(problem: string, wayOut: string, options?: { cause?: unknown }) {
    super(problem, options);
    this.name = 'StartupError';
    this.wayOut = wayOut;
  }
}

export function damagedState(what: string, cause?: unknown): StartupError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new StartupError(
    `The state on disk cannot be used: ${what}${reason}`,
    'Run `npm run reset` to start afresh; it deletes local users and messages.',
    { cause },
  );
}

/** Another process works with the same state. */
export class InstanceRunningError extends StartupError {}
