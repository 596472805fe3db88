/** The accounts of the FakeServer: sessions with a refresh grace, codes that can be read, a second factor, blocks. */
import type { TokensResponse } from '../../../events/account-contracts.ts';
import type { PersonView } from '../../../events/server-frames.ts';
import type { Me } from '../../../events/user-contracts.ts';
import { type FakeAnswer, problem } from './fake-answer.ts';
import { FakeCodes } from './fake-codes.ts';
import { FakeSecondFactor } from './fake-second-factor.ts';
import { type FakeSession, FakeSessions } from './fake-sessions.ts';

interface FakeAccount {
  readonly user: Me;
  password: string;
  readonly factor: FakeSecondFactor;
  readonly blocked: Set<string>;
  /** What this person wrote, as the export shows it. */
  readonly exported: { content: string }[];
}

interface Caller {
  readonly session: FakeSession | undefined;
  readonly headers: Headers;
}

type Body = Readonly<Record<string, string>>;

const exportPage = 2;

export class FakeAccounts {
  readonly accounts = new Map<string, FakeAccount>();
  readonly sessions: FakeSessions;
  readonly codes: FakeCodes;
  readonly #factorChallenges = new Map<string, string>();
  readonly #now: () => number;
  readonly #next: (prefix: string) => string;

  constructor(options: {
    now: () => number;
    next: (prefix: string) => string;
    onSessionEnded: (sessionId: string) => void;
  }) {
    this.#now = options.now;
    this.#next = options.next;
    this.codes = new FakeCodes(options.next);
    this.sessions = new FakeSessions({ ...options, onEnded: options.onSessionEnded });
  }

  /** Of somebody with this id; the account is made if there is none. */
  signIn(userId: string, headers = new Headers()): TokensResponse {
    if (!this.accounts.has(userId)) this.#add(userId, { email: `${userId}@example.test` });
    return this.#tokens(this.sessions.start(userId, headers.get('user-agent')));
  }

  account(userId: string): FakeAccount {
    const account = this.accounts.get(userId);
    if (account === undefined) throw new Error(`no account ${userId}`);
    return account;
  }

  person(userId: string): PersonView {
    const { handle, display_name } = this.accounts.get(userId)?.user ?? {
      handle: userId,
      display_name: userId,
    };
    return { user_id: userId, handle, display_name };
  }

  /** Undefined for a route that is not about accounts. */
  answer(route: string, url: URL, body: Body, caller: Caller): FakeAnswer | undefined {
    return this.#publicAnswer(route, body, caller) ?? this.#ownAnswer(route, url, body, caller.session);
  }

  #publicAnswer(route: string, body: Body, { session, headers }: Caller): FakeAnswer | undefined {
    switch (route) {
      case 'POST /auth/refresh':
        return this.#refresh(body.refresh_token);
      case 'POST /auth/register':
        return this.#register(body, headers);
      case 'POST /auth/login': {
        const account = this.#owner(body.email);
        if (account === undefined || account.password !== body.password)
          return problem(401, 'auth.invalid_credentials');
        return this.#firstStep(account, headers);
      }
      case 'POST /auth/second-factor/verify': {
        const account = this.accounts.get(this.#factorChallenges.get(body.challenge_id ?? '') ?? '');
        if (account === undefined || !account.factor.fits(body.code)) return codeInvalid;
        return [200, this.signIn(account.user.user_id, headers)];
      }
      case 'POST /auth/password/forgot':
        return [202, this.codes.send('reset', body)];
      case 'POST /auth/password/reset': {
        const account = this.#owner(this.codes.spend('reset', body));
        if (account === undefined) return codeInvalid;
        account.password = body.new_password ?? '';
        this.sessions.endAll(account.user.user_id);
        return [204];
      }
      case 'POST /auth/otp/request':
        if (body.purpose === 'verify' && session === undefined) return unauthenticated;
        return [202, this.codes.send(body.purpose ?? '', body)];
      case 'POST /auth/otp/verify': {
        const address = this.codes.spend(body.purpose ?? '', body);
        if (address === undefined) return codeInvalid;
        if (body.purpose === 'verify') return this.#verified(address, session);
        const account = this.#owner(address);
        return account === undefined ? codeInvalid : this.#firstStep(account, headers);
      }
      default:
        return undefined;
    }
  }

  #ownAnswer(route: string, url: URL, body: Body, session: FakeSession | undefined): FakeAnswer | undefined {
    if (!/^\w+ \/(auth|me|users)\b/.test(route) || route === 'POST /auth/ws-ticket') return undefined;
    if (session === undefined) return problem(401, 'auth.token_expired');
    const account = this.account(session.userId);
    const [, sessionId] = /^DELETE \/auth\/sessions\/(.+)$/.exec(route) ?? [];
    const [, verb, blockedId] = /^(PUT|DELETE) \/me\/blocks\/(.+)$/.exec(route) ?? [];
    if (sessionId !== undefined) return this.#endOwn(sessionId, session);
    if (blockedId !== undefined) {
      if (verb === 'PUT') account.blocked.add(blockedId);
      else account.blocked.delete(blockedId);
      return [204];
    }
    const needsRecent =
      /^(DELETE \/me|GET \/me\/export|POST \/auth\/second-factor(\/recovery-codes)?|DELETE \/auth\/second-factor)$/;
    if (needsRecent.test(route) && !this.sessions.isRecent(session))
      return problem(403, 'auth.reauthentication_required');
    switch (route) {
      case 'POST /auth/logout':
        this.sessions.end(session.sessionId);
        return [204];
      case 'GET /auth/sessions':
        return [200, { sessions: this.sessions.views(session) }];
      case 'DELETE /auth/sessions':
        this.sessions.endAll(session.userId, session.sessionId);
        return [204];
      case 'POST /auth/password':
        if (body.current_password !== account.password) return problem(401, 'auth.invalid_credentials');
        account.password = body.new_password ?? '';
        this.sessions.endAll(session.userId, session.sessionId);
        return [204];
      case 'POST /auth/reauthenticate':
        if (body.code === undefined && body.password !== account.password)
          return problem(401, 'auth.invalid_credentials');
        if (body.code !== undefined && this.codes.spend('login', body) === undefined) return codeInvalid;
        session.authenticatedAtMs = this.#now();
        return [204];
      case 'GET /me':
        return [200, account.user];
      case 'PATCH /me':
        if (this.#isTaken(body.handle, session.userId)) return problem(409, 'auth.handle_taken');
        Object.assign(account.user, body);
        return [200, account.user];
      case 'DELETE /me':
        this.accounts.delete(session.userId);
        this.sessions.endAll(session.userId);
        return [204];
      case 'GET /me/blocks':
        return [200, { users: [...account.blocked].map((id) => this.person(id)) }];
      case 'GET /me/export':
        return [200, this.#exportPage(account, Number(url.searchParams.get('cursor') ?? 0))];
      case 'GET /users':
        return [200, { users: this.#found(url.searchParams.get('query') ?? '') }];
      default:
        return account.factor.answer(route, body.code, account.user.email);
    }
  }

  #add(userId: string, facts: Partial<Me>): FakeAccount {
    const user: Me = {
      user_id: userId,
      handle: userId,
      display_name: userId,
      email: '',
      email_verified: false,
      phone: null,
      locale: null,
      time_zone: null,
      created_at: this.#time(),
      privacy: { read_receipts: true, typing: true, presence: true },
      ...facts,
    };
    const account: FakeAccount = {
      user,
      password: 'a long enough password',
      factor: new FakeSecondFactor(this.#now),
      blocked: new Set(),
      exported: [],
    };
    this.accounts.set(userId, account);
    return account;
  }

  #register(body: Body, headers: Headers): FakeAnswer {
    if (this.#isTaken(body.handle)) return problem(409, 'auth.handle_taken');
    const userId = `u_${this.#next('N').replace('-', '').padEnd(26, '0').toUpperCase()}`;
    const { email = '', handle = '', display_name = '', password = '' } = body;
    this.#add(userId, { email, handle, display_name }).password = password;
    const challenge = this.codes.send('verify', body);
    return [201, { ...this.signIn(userId, headers), email_verification: challenge }];
  }

  #firstStep({ user, factor }: FakeAccount, headers: Headers): FakeAnswer {
    if (!factor.isActive) return [200, this.signIn(user.user_id, headers)];
    const challengeId = this.#next('factor');
    this.#factorChallenges.set(challengeId, user.user_id);
    return [202, { status: 'second_factor_required', challenge_id: challengeId, expires_in: 600 }];
  }

  #verified(address: string, session: FakeSession | undefined): FakeAnswer {
    if (session === undefined) return unauthenticated;
    const { user } = this.account(session.userId);
    Object.assign(
      user,
      address.includes('@') ? { email: address, email_verified: true } : { phone: address },
    );
    return [200, { user }];
  }

  #refresh(refreshToken: string | undefined): FakeAnswer {
    const session = this.sessions.refresh(refreshToken);
    return session === undefined ? problem(401, 'auth.refresh_invalid') : [200, this.#tokens(session)];
  }

  #tokens({ userId, sessionId, access, refresh }: FakeSession): TokensResponse {
    const { user } = this.account(userId);
    return { user, access_token: access, refresh_token: refresh, expires_in: 900, session_id: sessionId };
  }

  #endOwn(sessionId: string, caller: FakeSession): FakeAnswer {
    if (this.sessions.get(sessionId)?.userId !== caller.userId) return problem(404, 'session.not_found');
    this.sessions.end(sessionId);
    return [204];
  }

  #exportPage({ user, blocked, exported }: FakeAccount, from: number): unknown {
    const messages = exported.slice(from, from + exportPage).map(({ content }, index) => ({
      convo_id: `c_${'1'.repeat(26)}`,
      server_msg_id: `m-${from + index}`,
      seq_no: from + index + 1,
      content,
      created_at: this.#time(),
    }));
    const account = {
      user,
      sessions: [],
      blocked: [...blocked],
      second_factor: false,
      exported_at: this.#time(),
    };
    const end = from + exportPage;
    const next = end < exported.length ? String(end) : null;
    return { ...(from === 0 && { account }), messages, next_cursor: next };
  }

  #found(query: string): PersonView[] {
    const people = [...this.accounts.keys()].map((id) => this.person(id));
    return people.filter(({ handle, display_name }) =>
      `${handle} ${display_name}`.toLowerCase().includes(query.toLowerCase()),
    );
  }

  #owner(address: string | undefined): FakeAccount | undefined {
    return [...this.accounts.values()].find(({ user }) => user.email === address || user.phone === address);
  }

  #isTaken(handle: string | undefined, byOtherThan?: string): boolean {
    return [...this.accounts.values()].some(
      ({ user }) => user.handle === handle && user.user_id !== byOtherThan,
    );
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

const codeInvalid = problem(401, 'auth.code_invalid');
const unauthenticated = problem(401, 'auth.unauthenticated');
