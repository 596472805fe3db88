/** The sessions of the FakeServer: each use of a refresh token rotates it, with a grace for the one before. */
import type { SessionView } from '../../../events/account-contracts.ts';

export interface FakeSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly userAgent: string | null;
  access: string;
  refresh: string;
  /** The refresh token before this one, which still answers with the same successor until then. */
  previous: { readonly refresh: string; readonly untilMs: number } | undefined;
  authenticatedAtMs: number;
}

export interface FakeSessionsOptions {
  readonly now: () => number;
  /** A new id that begins so. */
  readonly next: (prefix: string) => string;
  readonly onEnded: (sessionId: string) => void;
}

const graceMs = 30_000;
const recentMs = 15 * 60_000;

export class FakeSessions {
  readonly #options: FakeSessionsOptions;
  readonly #sessions = new Map<string, FakeSession>();

  constructor(options: FakeSessionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size;
  }

  start(userId: string, userAgent: string | null): FakeSession {
    const { now, next } = this.#options;
    const session: FakeSession = {
      sessionId: next('s'),
      userId,
      userAgent,
      access: next('access'),
      refresh: next('refresh'),
      previous: undefined,
      authenticatedAtMs: now(),
    };
    this.#sessions.set(session.sessionId, session);
    return session;
  }

  get(sessionId: string): FakeSession | undefined {
    return this.#sessions.get(sessionId);
  }

  of(access: string | undefined): FakeSession | undefined {
    return this.#find((session) => session.access === access);
  }

  /** The session with its present tokens, which are new unless it is the grace that answers. */
  refresh(token: string | undefined): FakeSession | undefined {
    const { now, next } = this.#options;
    const session = this.#find(
      ({ refresh, previous }) =>
        refresh === token ||
        (previous !== undefined && previous.refresh === token && previous.untilMs > now()),
    );
    if (session === undefined || session.refresh !== token) return session;
    session.previous = { refresh: token, untilMs: now() + graceMs };
    session.access = next('access');
    session.refresh = next('refresh');
    return session;
  }

  end(sessionId: string): void {
    if (this.#sessions.delete(sessionId)) this.#options.onEnded(sessionId);
  }

  endAll(userId: string, exceptId?: string): void {
    for (const session of this.#sessions.values())
      if (session.userId === userId && session.sessionId !== exceptId) this.end(session.sessionId);
  }

  /** Its sockets are not told: they may have been away. */
  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  /** As if the access tokens had reached their end. */
  expireAccessTokens(): void {
    for (const session of this.#sessions.values()) session.access = this.#options.next('access');
  }

  isRecent(session: FakeSession): boolean {
    return this.#options.now() - session.authenticatedAtMs < recentMs;
  }

  /** As if everybody had signed in long ago. */
  forgetAuthentication(): void {
    for (const session of this.#sessions.values()) session.authenticatedAtMs = -recentMs;
  }

  views({ userId, sessionId }: FakeSession): SessionView[] {
    const time = new Date(this.#options.now()).toISOString();
    const own = [...this.#sessions.values()].filter((session) => session.userId === userId);
    return own.map((session) => ({
      session_id: session.sessionId,
      current: session.sessionId === sessionId,
      user_agent: session.userAgent,
      ip: '203.0.113.7',
      created_at: time,
      last_used_at: time,
      expires_at: time,
    }));
  }

  #find(isWanted: (session: FakeSession) => boolean): FakeSession | undefined {
    return [...this.#sessions.values()].find(isWanted);
  }
}
