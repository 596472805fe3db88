/** The one-time codes of the FakeServer: what was sent can be read. */
export interface FakeMail {
  readonly to: string;
  readonly code: string;
  readonly subject: string;
}

interface LiveCode {
  readonly purpose: string;
  readonly address: string;
  readonly code: string;
}

/** The fields of a request that name an address, a challenge and a code. */
type Body = Readonly<Record<string, string>>;

export class FakeCodes {
  /** Newest last. */
  readonly mails: FakeMail[] = [];
  readonly #live = new Map<string, LiveCode>();
  readonly #next: (prefix: string) => string;

  constructor(next: (prefix: string) => string) {
    this.#next = next;
  }

  /** A new code ends the one before it. */
  send(purpose: string, body: Body): { challenge_id: string; expires_in: number } {
    const address = body.email ?? body.phone ?? '';
    const challengeId = this.#next('challenge');
    const code = this.#next('').slice(1).padStart(6, '7');
    for (const [id, live] of this.#live)
      if (live.purpose === purpose && live.address === address) this.#live.delete(id);
    this.#live.set(challengeId, { purpose, address, code });
    this.mails.push({ to: address, code, subject: `Your code: ${code}` });
    return { challenge_id: challengeId, expires_in: 600 };
  }

  /** The address that the code went to; undefined if it does not fit. */
  spend(purpose: string, body: Body): string | undefined {
    const challengeId = body.challenge_id ?? '';
    const found = this.#live.get(challengeId);
    if (found?.purpose !== purpose || found.code !== body.code) return undefined;
    this.#live.delete(challengeId);
    return found.address;
  }
}
