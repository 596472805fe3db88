/**
 * Why a provider did not take a message, without its own words: those quote the address. `reason` is the name of the
 * provider's error.
 */
export class SendFailure extends Error {
  readonly reason: string;

  constructor(what: string, reason: string, requestId: string) {
    super(`${what}: ${reason} (request ${requestId})`);
    this.name = 'SendFailure';
    this.reason = reason;
  }
}

export function sendFailure(what: string, error: unknown): SendFailure {
  const { name = 'unknown error', $metadata } = (error ?? {}) as {
    name?: string;
    $metadata?: { requestId?: string };
  };
  return new SendFailure(what, name, $metadata?.requestId ?? 'unknown');
}
