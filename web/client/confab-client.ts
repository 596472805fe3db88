import './zod-config.ts';

import type { LoginRequest, RegisterRequest } from '../../events/http-contracts.ts';
import { type Api, createApi } from './api.ts';
import { ChatClient } from './chat-client.ts';
import { type Cancel, type ClientEnvironment, defaultEnvironment } from './environment.ts';
import { createHttpClient } from './http-client.ts';
import { memoryOutboxStore, type OutboxStore } from './outbox-store.ts';
import { memorySessionStore, type SessionStore } from './session-store.ts';

const signOutPatienceMs = 3_000;

export interface ConfabClientOptions {
  /** `https://chat.example.com`; empty for the page's own origin. */
  readonly baseUrl: string;
  /** What is left out is taken from `defaultEnvironment()`. */
  readonly environment?: Partial<ClientEnvironment>;
  readonly sessions?: SessionStore;
  readonly outboxStore?: OutboxStore;
}

/**
 * The whole client: signing in and out, and the chat of whoever is signed in. Needs no browser.
 *
 *     const client = new ConfabClient({ baseUrl: 'http://127.0.0.1:8787' });
 *     await client.logIn({ email, password });
 *     client.subscribe(() => render(client.chat?.state));
 */
export class ConfabClient {
  readonly #environment: ClientEnvironment;
  readonly #sessions: SessionStore;
  readonly #outboxStore: OutboxStore;
  readonly #api: Api;
  readonly #listeners = new Set<() => void>();
  readonly #stopWatching: Cancel;
  #chat: ChatClient | undefined;

  constructor(options: ConfabClientOptions) {
    this.#environment = { ...defaultEnvironment(), ...options.environment };
    this.#sessions = options.sessions ?? memorySessionStore();
    this.#outboxStore = options.outboxStore ?? memoryOutboxStore();
    this.#api = createApi(
      createHttpClient({
        baseUrl: options.baseUrl,
        sessions: this.#sessions,
        environment: this.#environment,
        onSignedOut: () => this.#endSession(),
      }),
    );
    this.#stopWatching = this.#sessions.subscribe(() => this.#followOtherTab());
  }

  /** The chat of whoever is signed in. */
  get chat(): ChatClient | undefined {
    return this.#chat;
  }

  /** Calls back after every change, of the session or of the chat's state. */
  subscribe(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes on with the session that the store holds, if there is one. */
  async resume(): Promise<void> {
    const session = this.#sessions.read();
    if (session === undefined || this.#chat !== undefined) return;
    const chat = new ChatClient({
      me: session.user,
      api: this.#api,
      outboxStore: this.#outboxStore,
      environment: this.#environment,
      onChange: () => this.#changed(),
      onSessionEnded: () => this.#endSession(),
    });
    this.#chat = chat;
    this.#changed();
    // Whoever is signed in sees their own entries only; the others' are removed when it can be done.
    this.#outboxStore
      .keepOnly(session.user.user_id)
      .catch((error: unknown) => console.error('The outbox could not be tidied', error));
    await chat.start();
  }

  /** Throws ProblemError (`auth.email_taken`, `auth.handle_taken`, …) or UnreachableError. */
  async register(request: RegisterRequest): Promise<void> {
    await this.#api.register(request);
    await this.resume();
  }

  /** Throws ProblemError (`auth.invalid_credentials`, …) or UnreachableError. */
  async logIn(request: LoginRequest): Promise<void> {
    await this.#api.logIn(request);
    await this.resume();
  }

  /** Ends the session here and on the server, and forgets everything that this device holds, the outbox included. */
  async signOut(): Promise<void> {
    this.#chat?.close();
    this.#chat = undefined;
    // Without an answer we still forget the tokens; the server lets the session lapse.
    const patience = new Promise<void>((resolve) => this.#environment.setTimer(resolve, signOutPatienceMs));
    await Promise.race([patience, this.#api.logOut().catch(() => {})]);
    this.#sessions.clear();
    await this.#outboxStore.wipe();
    this.#changed();
  }

  /** Stops without signing out: the session and the outbox stay for the next start. */
  close(): void {
    this.#stopWatching();
    this.#chat?.close();
    this.#chat = undefined;
    this.#listeners.clear();
  }

  /** The session is over without a decision made here: unsent messages wait for the same person's return. */
  #endSession(): void {
    this.#sessions.clear();
    this.#chat?.close();
    this.#chat = undefined;
    this.#changed();
  }

  #followOtherTab(): void {
    const session = this.#sessions.read();
    if (this.#chat !== undefined && session?.user.user_id !== this.#chat.state.me.user_id) {
      this.#chat.close();
      this.#chat = undefined;
      this.#changed();
    }
    if (session !== undefined) this.resume().catch((error: unknown) => console.error('Cannot resume', error));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
