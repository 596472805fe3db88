import './zod-config.ts';

import type { ChallengeResponse, LoginRequest, RegisterRequest } from '../../events/account-contracts.ts';
import type { Me } from '../../events/user-contracts.ts';
import { type AccountApi, createAccountApi } from './account-api.ts';
import { createApi } from './api.ts';
import { ChatClient } from './chat-client.ts';
import { type Cancel, type ClientEnvironment, defaultEnvironment } from './environment.ts';
import { type ExportedData, exportData } from './export-data.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { memoryOutboxStore, type OutboxStore } from './outbox-store.ts';
import { readSessionNews, type SessionNews, type SignedOutReason } from './session-news.ts';
import { memorySessionStore, type SessionStore, type StoredSession } from './session-store.ts';
import {
  type Address,
  type ChallengeAnswer,
  createSignInApi,
  type SignInApi,
  type SignInStep,
} from './sign-in-api.ts';

const signOutPatienceMs = 3_000;

export interface ConfabClientOptions {
  /** `https://chat.example.com`; empty for the page's own origin. */
  readonly baseUrl: string;
  /** What is left out is taken from `defaultEnvironment()`. */
  readonly environment?: Partial<ClientEnvironment>;
  readonly sessions?: SessionStore;
  readonly outboxStore?: OutboxStore;
}

/** What belongs to one session. */
interface Signed {
  readonly sessionId: string;
  readonly chat: ChatClient;
  readonly account: AccountApi;
}

/**
 * The whole client: signing in and out, the account and the chat of whoever is signed in. Needs no browser.
 *
 *     const client = new ConfabClient({ baseUrl: 'http://127.0.0.1:8787' });
 *     await client.logIn({ email, password });
 *     client.subscribe(() => render(client.chat?.state));
 */
export class ConfabClient {
  readonly #environment: ClientEnvironment;
  readonly #sessions: SessionStore;
  readonly #outboxStore: OutboxStore;
  readonly #http: HttpClient;
  readonly #signIn: SignInApi;
  readonly #listeners = new Set<() => void>();
  readonly #stopWatching: readonly Cancel[];
  #signed: Signed | undefined;
  #signedOutBecause: SignedOutReason | undefined;
  /** The session in which the account is being erased: its end may reach the socket before the answer comes. */
  #erasing: string | undefined;

  constructor(options: ConfabClientOptions) {
    this.#environment = { ...defaultEnvironment(), ...options.environment };
    this.#sessions = options.sessions ?? memorySessionStore();
    this.#outboxStore = options.outboxStore ?? memoryOutboxStore();
    this.#http = createHttpClient({
      baseUrl: options.baseUrl,
      sessions: this.#sessions,
      environment: this.#environment,
      onSignedOut: (sessionId, end) => this.#onSessionOver(sessionId, end),
    });
    this.#signIn = createSignInApi(this.#http);
    this.#stopWatching = [
      this.#sessions.subscribe(() => this.#followOtherTab()),
      this.#environment.tabs.subscribe((message) => this.#hearOtherTab(readSessionNews(message))),
    ];
  }

  /** The chat of whoever is signed in. */
  get chat(): ChatClient | undefined {
    return this.#signed?.chat;
  }

  /** The account of whoever is signed in. Throws when nobody is. */
  get account(): AccountApi {
    if (this.#signed === undefined) throw new Error('Nobody is signed in');
    return this.#signed.account;
  }

  /** Why the last session ended without its person having signed out; undefined as soon as somebody is signed in. */
  get signedOutBecause(): SignedOutReason | undefined {
    return this.#signedOutBecause;
  }

  /** Calls back after every change, of the session or of the chat's state. */
  subscribe(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes on with the session that the store holds, if there is one. */
  async resume(): Promise<void> {
    const session = this.#sessions.read();
    if (session === undefined || this.#signed !== undefined) return;
    const { session_id: sessionId, user } = session;
    const http = this.#http.forSession(sessionId);
    const chat = new ChatClient({
      me: user,
      api: createApi(http),
      outboxStore: this.#outboxStore,
      environment: this.#environment,
      onChange: () => this.#changed(),
      onSessionEnded: () => this.#onSessionOver(sessionId, 'ended'),
    });
    this.#signed = { sessionId, chat, account: createAccountApi(http) };
    this.#signedOutBecause = undefined;
    this.#changed();
    // Whoever is signed in sees their own entries only; the others' are removed when it can be done.
    this.#outboxStore
      .keepOnly(user.user_id)
      .catch((error: unknown) => console.error('The outbox could not be tidied', error));
    await chat.start();
  }

  /** Signs in as well. Answers the request whose code went to the address. Throws ProblemError, UnreachableError. */
  async register(request: RegisterRequest): Promise<ChallengeResponse> {
    const verification = await this.#signIn.register(request);
    await this.resume();
    return verification;
  }

  /** Throws ProblemError (`auth.invalid_credentials`, …) or UnreachableError. */
  async logIn(request: LoginRequest): Promise<SignInStep> {
    return await this.#resumeAfter(this.#signIn.logIn(request));
  }

  /** Answers alike whether or not there is an account. */
  requestLogInCode(address: Address): Promise<ChallengeResponse> {
    return this.#signIn.requestLogInCode(address);
  }

  /** Throws ProblemError (`auth.code_invalid`, …) or UnreachableError. */
  async logInWithCode(address: Address, answer: ChallengeAnswer): Promise<SignInStep> {
    return await this.#resumeAfter(this.#signIn.logInWithCode(address, answer));
  }

  /** The second step of signing in: a code of the authenticator app, or a recovery code. */
  async verifySecondFactor(answer: ChallengeAnswer): Promise<void> {
    await this.#signIn.verifySecondFactor(answer);
    await this.resume();
  }

  /** Answers alike whether or not there is an account. */
  requestResetCode(address: Address): Promise<ChallengeResponse> {
    return this.#signIn.requestResetCode(address);
  }

  /** Ends every session of the account. Throws ProblemError (`auth.code_invalid`, `auth.password_common`, …). */
  resetPassword(address: Address, answer: ChallengeAnswer, newPassword: string): Promise<void> {
    return this.#signIn.resetPassword(address, answer, newPassword);
  }

  /** What changed in the account of whoever is signed in, for the screen, the store and the other tabs. */
  showMe(me: Me): void {
    const session = this.#sessions.read();
    if (session?.session_id !== this.#signed?.sessionId || session?.user.user_id !== me.user_id) return;
    this.#sessions.write({ ...session, user: me });
    this.#signed?.chat.setMe(me);
  }

  /** Everything that is kept about this person. `onProgress` hears how many messages have come so far. */
  exportData(onProgress: (messageCount: number) => void, signal: AbortSignal): Promise<ExportedData> {
    return exportData({ api: this.account, environment: this.#environment, signal, onProgress });
  }

  /** Erases the account, and forgets everything that this device holds. */
  async eraseAccount(): Promise<void> {
    const { account, sessionId } = this.#signed ?? {};
    if (account === undefined || sessionId === undefined) throw new Error('Nobody is signed in');
    this.#erasing = sessionId;
    try {
      await account.erase();
    } catch (error) {
      this.#erasing = undefined;
      throw error;
    }
    await this.#endSession(sessionId, 'erased');
  }

  /**
   * Forgets everything that this device holds, the outbox included, and ends the session on the server. Resolves when
   * both are done; for a server that does not answer it waits a little only, and lets the session lapse.
   */
  async signOut(): Promise<void> {
    const session = this.#sessions.read();
    const forgotten = this.#forgetEverything();
    if (session !== undefined) await this.#tellServer(session);
    await forgotten;
  }

  /** Stops without signing out: the session and the outbox stay for the next start. */
  close(): void {
    for (const stop of this.#stopWatching) stop();
    this.#listeners.clear();
    this.#leave();
  }

  async #resumeAfter(step: Promise<SignInStep>): Promise<SignInStep> {
    const taken = await step;
    if (taken.kind === 'signed-in') await this.resume();
    return taken;
  }

  async #tellServer(session: StoredSession): Promise<void> {
    const patience = new Promise<void>((resolve) => this.#environment.setTimer(resolve, signOutPatienceMs));
    await Promise.race([patience, this.#http.end(session).catch(() => {})]);
  }

  #onSessionOver(sessionId: string, because: SignedOutReason): void {
    this.#endSession(sessionId, because).catch((error: unknown) => console.error('Cannot forget', error));
  }

  /**
   * The session is over without a click on "Sign out". What somebody ended leaves nothing behind on this device; when
   * it merely lapsed, unsent messages wait for the same person's return.
   */
  async #endSession(sessionId: string, end: SignedOutReason): Promise<void> {
    const because = sessionId === this.#erasing ? 'erased' : end;
    // An end that comes late is not that of who is signed in now, here or in a tab that we have not heard of yet.
    if (this.#signed?.sessionId !== sessionId) return;
    const session = this.#sessions.read();
    if (session !== undefined && session.session_id !== sessionId) return;
    const news: SessionNews = { topic: 'session', session_id: sessionId, end: because };
    this.#environment.tabs.post(news);
    this.#signedOutBecause = because;
    await this.#forgetEverything({ keepUnsent: because === 'lapsed' });
  }

  /** What can go at once goes before the first await: nothing of it may hit whoever signs in next. */
  async #forgetEverything({ keepUnsent } = { keepUnsent: false }): Promise<void> {
    this.#sessions.clear();
    const wiped = [this.#environment.wipe('device'), ...(keepUnsent ? [] : [this.#outboxStore.wipe()])];
    this.#leave();
    await Promise.all(wiped);
  }

  #leave(): void {
    this.#signed?.chat.close();
    this.#signed = undefined;
    this.#changed();
  }

  #followOtherTab(): void {
    const session = this.#sessions.read();
    if (this.#signed !== undefined && session?.session_id !== this.#signed.sessionId) this.#followOut();
    if (session === undefined) return;
    this.#signed?.chat.setMe(session.user);
    this.resume().catch((error: unknown) => console.error('Cannot resume', error));
  }

  #hearOtherTab(news: SessionNews | undefined): void {
    // It may come before or after we see the session go.
    if (news === undefined || (this.#signed !== undefined && this.#signed.sessionId !== news.session_id))
      return;
    // Tabs tell each other what each has heard; that the account is gone explains the rest.
    if (this.#signedOutBecause !== 'erased') this.#signedOutBecause = news.end;
    if (this.#signed !== undefined) this.#followOut();
    else this.#changed();
  }

  /** The tab in which it ended has wiped what all share. */
  #followOut(): void {
    this.#environment.wipe('tab').catch((error: unknown) => console.error('Cannot forget', error));
    this.#leave();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
