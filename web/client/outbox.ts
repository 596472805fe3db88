import type { MessageChangeFrame, MessageSendFrame } from '../../events/client-frames.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import { backoffMs } from './backoff.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';
import type { ConfirmedChange, MessageChange } from './message-changes.ts';
import type { HeldMessage } from './message-window.ts';
import {
  confirmedChangeOf,
  confirmedMessage,
  frameOf,
  type GoodAck,
  type MessageExtras,
  queuedExtras,
} from './outbox-frames.ts';
import { type OutboxNews, readOutboxNews } from './outbox-news.ts';
import type { NewOutboxEntry, OutboxEntry, OutboxStore } from './outbox-store.ts';
import { isRetryable } from './problem-error.ts';

/** An ack that takes longer than this may have been lost: asking again costs one frame and never doubles. */
const ackDeadlineMs = 10_000;
const ackDeadlineMaxMs = 60_000;

export interface OutboxOptions {
  readonly userId: string;
  readonly store: OutboxStore;
  readonly environment: Pick<ClientEnvironment, 'now' | 'random' | 'newId' | 'setTimer' | 'locks' | 'tabs'>;
  send(frame: MessageSendFrame | MessageChangeFrame): void;
  /** The entries have changed. */
  onChange(): void;
  /** The server has stored one of our messages. Called before its entry goes, so that it never disappears. */
  onPersisted(message: HeldMessage): void;
  /** The server has made one of our changes. Called before its entry goes, too. */
  onChanged(change: ConfirmedChange & { convo_id: string }): void;
}

/** What became of an entry. */
type Outcome = Pick<OutboxNews, 'persisted' | 'changed'>;

/** What is on its way in one conversation, or waits there to be tried again. */
interface Attempt {
  readonly clientMsgId: string;
  readonly count: number;
  cancelTimer: Cancel;
}

/**
 * The durable queue of what was written or changed and is not yet confirmed. An entry leaves only when the server says
 * that it is stored, or when its writer discards it. One entry of a conversation is on its way at a time, so their
 * order holds; what was not acknowledged is sent again with the same client_msg_id, which the server knows for ever.
 * Tabs share the queue; the one that holds the lock sends.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #attempts = new Map<string, Attempt>();
  /** The positions of entries that this tab removed: a list that was read before must not bring them back. */
  readonly #removed = new Set<number>();
  readonly #stopListening: Cancel;
  #entries: readonly OutboxEntry[] = [];
  #isSender = false;
  #resign: (() => void) | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#stopListening = options.environment.tabs.subscribe((message) => {
      const news = readOutboxNews(message, options.userId);
      if (news?.persisted) options.onPersisted(news.persisted);
      if (news?.changed) options.onChanged(news.changed);
      if (news) background(this.load());
    });
  }

  /** In the order of writing. */
  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  /** Reads what is waiting in the store: from before a reload, or from another tab. */
  async load(): Promise<void> {
    const stored = await this.#options.store.list(this.#options.userId);
    this.#replace(stored.filter((entry) => !this.#removed.has(entry.position)));
  }

  /** Resolves when the message would survive a crash; from then on it is shown and sent. */
  enqueue(convoId: string, content: string, extras: MessageExtras = {}): Promise<void> {
    return this.#add({ ...this.#newEntry(convoId), content, ...queuedExtras(extras) });
  }

  /** The same for a change of the message with this number. */
  enqueueChange(convoId: string, seqNo: number, change: MessageChange): Promise<void> {
    return this.#add({ ...this.#newEntry(convoId), seq_no: seqNo, change });
  }

  /** Puts a failed message back into the queue. */
  async retry(clientMsgId: string): Promise<void> {
    const entry = this.#find(clientMsgId);
    if (entry?.state !== 'failed') return;
    // The same id may still make it (a parked message can be redriven), unless it is the id that was refused.
    const isIdSpent = entry.error?.code === 'message.id_reused';
    const nextId = isIdSpent ? this.#options.environment.newId() : clientMsgId;
    await this.#change({ ...entry, client_msg_id: nextId, state: 'queued', error: undefined });
  }

  /** Gives a message up. If it was on its way already, it may still arrive. */
  async discard(clientMsgId: string): Promise<void> {
    const entry = this.#find(clientMsgId);
    if (entry === undefined) return;
    this.#forgetAttempt(entry);
    await this.#remove(entry);
  }

  /** Tells whether frames can be sent now. Among the live tabs one becomes the sender. */
  setLive(isLive: boolean): void {
    if (isLive && this.#resign === undefined) this.#applyAsSender();
    else if (!isLive) this.#stopSending();
  }

  /** Takes the acks, pushes and errors that speak of an entry; lets all else pass. */
  handle(event: ServerEvent): void {
    const clientMsgId = 'client_msg_id' in event ? event.client_msg_id : undefined;
    const entry = clientMsgId === undefined ? undefined : this.#find(clientMsgId);
    if (entry === undefined) return;
    if (event.type === 'message.create' && event.sender_id === entry.user_id) {
      const { type: _type, ...message } = event;
      this.#settle(entry, { persisted: message });
    } else if (event.type === 'message.ack') {
      if (event.status === 'rejected') this.#fail(entry, event.error);
      else this.#settle(entry, outcomeOf(entry, event));
    } else if (event.type === 'error' && !event.code.startsWith('auth.')) {
      // An error of the session says nothing about the message: the connection deals with it.
      if (isRetryable(event.code)) this.#retryLater(entry, event.retry_after_ms ?? 0);
      else this.#fail(entry, event);
    }
  }

  close(): void {
    this.#stopSending();
    this.#stopListening();
  }

  #find(clientMsgId: string): OutboxEntry | undefined {
    return this.#entries.find((entry) => entry.client_msg_id === clientMsgId);
  }

  #replace(entries: readonly OutboxEntry[]): void {
    this.#entries = entries;
    this.#options.onChange();
    this.#sendNext();
  }

  #newEntry(convoId: string) {
    const { userId, environment } = this.#options;
    return {
      user_id: userId,
      convo_id: convoId,
      client_msg_id: environment.newId(),
      written_at_ms: environment.now(),
      state: 'queued',
    } as const;
  }

  async #add(wanted: NewOutboxEntry): Promise<void> {
    const entry = await this.#options.store.add(wanted);
    if (this.#find(entry.client_msg_id) === undefined) {
      this.#replace([...this.#entries, entry].sort((left, right) => left.position - right.position));
    }
    this.#tellTabs();
  }

  #tellTabs(outcome: Outcome = {}): void {
    const news: OutboxNews = { topic: 'outbox', user_id: this.#options.userId, ...outcome };
    this.#options.environment.tabs.post(news);
  }

  #applyAsSender(): void {
    const { environment, userId } = this.#options;
    const controller = new AbortController();
    const resigned = Promise.withResolvers<void>();
    this.#resign = () => {
      controller.abort();
      resigned.resolve();
    };
    const { signal } = controller;
    environment.locks
      .request(`confab.outbox.${userId}`, { signal }, async () => {
        // What other tabs have written or sent since is in the store, not in our memory.
        await this.load();
        if (signal.aborted) return;
        this.#isSender = true;
        this.#sendNext();
        await resigned.promise;
      })
      .catch((error: unknown) => {
        if (!signal.aborted) console.error('The outbox cannot send', error);
      });
  }

  #stopSending(): void {
    this.#isSender = false;
    this.#resign?.();
    this.#resign = undefined;
    for (const attempt of this.#attempts.values()) attempt.cancelTimer();
    this.#attempts.clear();
  }

  /** Sends the first queued message of every conversation that has none on its way. */
  #sendNext(): void {
    if (!this.#isSender) return;
    for (const entry of this.#entries) {
      if (entry.state === 'queued' && !this.#attempts.has(entry.convo_id)) this.#send(entry, 0);
    }
  }

  #send(entry: OutboxEntry, count: number): void {
    const deadlineMs = Math.min(ackDeadlineMs * 2 ** count, ackDeadlineMaxMs);
    const cancelTimer = this.#options.environment.setTimer(() => this.#sendAgain(entry.convo_id), deadlineMs);
    this.#attempts.set(entry.convo_id, { clientMsgId: entry.client_msg_id, count, cancelTimer });
    this.#options.send(frameOf(entry));
  }

  #sendAgain(convoId: string): void {
    const attempt = this.#attempts.get(convoId);
    this.#attempts.delete(convoId);
    const entry = attempt && this.#find(attempt.clientMsgId);
    if (attempt !== undefined && entry?.state === 'queued') this.#send(entry, attempt.count + 1);
    else this.#sendNext();
  }

  #retryLater(entry: OutboxEntry, retryAfterMs: number): void {
    const attempt = this.#attempts.get(entry.convo_id);
    if (attempt?.clientMsgId !== entry.client_msg_id) return;
    const { setTimer, random } = this.#options.environment;
    const delayMs = retryAfterMs + backoffMs(attempt.count, random);
    attempt.cancelTimer();
    attempt.cancelTimer = setTimer(() => this.#sendAgain(entry.convo_id), delayMs);
  }

  #forgetAttempt(entry: OutboxEntry): void {
    const attempt = this.#attempts.get(entry.convo_id);
    if (attempt?.clientMsgId !== entry.client_msg_id) return;
    attempt.cancelTimer();
    this.#attempts.delete(entry.convo_id);
  }

  #settle(entry: OutboxEntry, outcome: Outcome): void {
    this.#forgetAttempt(entry);
    if (outcome.persisted) this.#options.onPersisted(outcome.persisted);
    if (outcome.changed) this.#options.onChanged(outcome.changed);
    background(this.#remove(entry, outcome));
  }

  #fail(entry: OutboxEntry, { code, detail }: { code: string; detail: string }): void {
    this.#forgetAttempt(entry);
    background(this.#change({ ...entry, state: 'failed', error: { code, detail } }));
  }

  async #remove(entry: OutboxEntry, outcome: Outcome = {}): Promise<void> {
    this.#removed.add(entry.position);
    this.#replace(this.#entries.filter((other) => other.position !== entry.position));
    await this.#options.store.remove(entry.position);
    this.#tellTabs(outcome);
  }

  async #change(next: OutboxEntry): Promise<void> {
    this.#replace(this.#entries.map((entry) => (entry.position === next.position ? next : entry)));
    await this.#options.store.update(next);
    this.#tellTabs();
  }
}

function outcomeOf(entry: OutboxEntry, ack: GoodAck): Outcome {
  return entry.change === undefined
    ? { persisted: confirmedMessage(entry, ack) }
    : { changed: confirmedChangeOf(entry, ack) };
}

/** For work that nobody waits for; the store is read anew at the next start, so a failure here loses nothing. */
function background(work: Promise<void>): void {
  work.catch((error: unknown) => console.error('The outbox could not be updated', error));
}
