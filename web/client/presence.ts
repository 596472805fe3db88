import type { PresenceFrame, PresenceSetFrame } from '../../events/client-frames.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';
import { Expiry } from './expiry.ts';
import { nextExpiryMs, type PersonStatus, statusOf, withoutExpired, withPresence } from './presence-state.ts';
import type { StateCell } from './state-cell.ts';

/** People who come into view together make one frame, and who comes back at once was never away. */
const pauseMs = 250;
/** A subscription is answered at once for each person; without an answer it is sent again, ever later. */
const answerDeadlineMs = 10_000;
const answerDeadlineMaxMs = 5 * 60_000;
/** Somebody who looks elsewhere for a moment is still there. */
const idleAfterMs = 60_000;
/** A frame may be lost with its socket. One that is older than this on a connection that breaks has arrived. */
const doubtMs = 30_000;

export type PresenceWish = Pick<PresenceSetFrame, 'availability' | 'custom'>;

export interface PresenceOptions {
  readonly cell: StateCell;
  readonly environment: Pick<ClientEnvironment, 'now' | 'setTimer' | 'activity'>;
  send(frame: PresenceFrame): void;
}

/** Who is there: of the people on screen only, and of this person for the others. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #cell: StateCell;
  readonly #expiry: Expiry;
  readonly #stopListening: Cancel;
  /** How many watch each person, the last to come into view last. */
  readonly #watched = new Map<string, number>();
  /** What this connection was asked for, and whom it has told of. */
  readonly #subscribed = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #timers = new Map<'flush' | 'answer' | 'idle', Cancel>();
  #isLive = false;
  #isIdle = false;
  #wish: (PresenceWish & { readonly sentAtMs: number | undefined }) | undefined;

  constructor(options: PresenceOptions) {
    const { cell, environment } = options;
    this.#options = options;
    this.#cell = cell;
    this.#expiry = new Expiry(
      environment,
      (nowMs) => nextExpiryMs(cell.current.presence, nowMs),
      (nowMs) => cell.set({ presence: withoutExpired(cell.current.presence, nowMs) }),
    );
    this.#stopListening = environment.activity.subscribe(() => this.#onActivity());
  }

  /**
   * Somebody looks at these people: what is known of them comes into the state, and stays up to date until it is
   * cancelled. Of very many at once only the last ones are asked for.
   */
  watch(userIds: readonly string[]): Cancel {
    for (const id of userIds) {
      const count = this.#watched.get(id) ?? 0;
      this.#watched.delete(id);
      this.#watched.set(id, count + 1);
    }
    this.#flushSoon();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      for (const id of userIds) this.#unwatch(id);
      this.#flushSoon();
    };
  }

  /** Undefined for people of whom nothing was heard yet. */
  statusOf(userId: string): PersonStatus | undefined {
    return statusOf(this.#cell.current.presence, userId, this.#options.environment.now());
  }

  /**
   * What the others see of this person; null takes a custom status away, what is left out stays. It may be lost when the
   * page is closed before there is a connection. What holds is told to whoever watches themselves.
   */
  set(wish: PresenceWish): void {
    this.#wish = { ...this.#wish, ...wish, sentAtMs: undefined };
    this.#showWish(wish);
    if (this.#isLive) this.#sendWish();
  }

  handle(event: ServerEvent): void {
    if (event.type !== 'presence.update') return;
    if (!this.#watched.has(event.user_id)) return;
    this.#answered.add(event.user_id);
    this.#cell.set({ presence: withPresence(this.#cell.current.presence, event) });
    this.#expiry.schedule();
  }

  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    if (isLive) this.moved();
    else this.#cancelTimers();
  }

  /** Another socket is the one now: it knows nothing of what the one before was told. */
  moved(): void {
    this.#subscribed.clear();
    this.#answered.clear();
    const { environment } = this.#options;
    if (this.#isIdle) this.#options.send({ action: 'presence.set', idle: true });
    const sentAtMs = this.#wish?.sentAtMs ?? Infinity;
    if (this.#wish !== undefined && sentAtMs > environment.now() - doubtMs) this.#sendWish();
    this.#flush();
    this.#onActivity();
  }

  close(): void {
    this.#isLive = false;
    this.#cancelTimers();
    this.#expiry.stop();
    this.#stopListening();
  }

  #unwatch(userId: string): void {
    const count = this.#watched.get(userId) ?? 0;
    if (count > 1) this.#watched.set(userId, count - 1);
    else this.#watched.delete(userId);
  }

  #flushSoon(): void {
    if (this.#isLive && !this.#timers.has('flush')) this.#setTimer('flush', pauseMs, () => this.#flush());
  }

  /** Tells the server who came into view and who went. */
  #flush(): void {
    const wanted = new Set([...this.#watched.keys()].slice(-limits.presenceSubscriptionsMax));
    const gone = [...this.#subscribed].filter((id) => !wanted.has(id));
    const come = [...wanted].filter((id) => !this.#subscribed.has(id));
    for (const id of gone) {
      this.#subscribed.delete(id);
      this.#answered.delete(id);
    }
    this.#forgetUnwatched();
    if (gone.length > 0) this.#options.send({ action: 'presence.unsubscribe', user_ids: gone });
    if (come.length > 0) this.#subscribe(come, answerDeadlineMs);
  }

  #subscribe(userIds: string[], deadlineMs: number): void {
    for (const id of userIds) this.#subscribed.add(id);
    this.#options.send({ action: 'presence.subscribe', user_ids: userIds });
    this.#setTimer('answer', deadlineMs, () => {
      const unanswered = [...this.#subscribed].filter((id) => !this.#answered.has(id));
      if (unanswered.length > 0) this.#subscribe(unanswered, Math.min(deadlineMs * 2, answerDeadlineMaxMs));
    });
  }

  /** What was true when somebody was last on screen says nothing about now. */
  #forgetUnwatched(): void {
    const { presence } = this.#cell.current;
    const kept = [...presence].filter(([id]) => this.#watched.has(id));
    if (kept.length < presence.size) this.#cell.set({ presence: new Map(kept) });
  }

  #onActivity(): void {
    const isActive = this.#options.environment.activity.isActive();
    if (isActive) {
      this.#cancelTimer('idle');
      if (this.#isIdle) this.#tellIdle(false);
    } else if (!this.#isIdle && this.#isLive && !this.#timers.has('idle')) {
      this.#setTimer('idle', idleAfterMs, () => this.#tellIdle(true));
    }
  }

  #tellIdle(isIdle: boolean): void {
    this.#isIdle = isIdle;
    if (this.#isLive) this.#options.send({ action: 'presence.set', idle: isIdle });
  }

  #sendWish(): void {
    if (this.#wish === undefined) return;
    const { sentAtMs: _sentAtMs, ...wish } = this.#wish;
    this.#wish = { ...wish, sentAtMs: this.#options.environment.now() };
    this.#options.send({ action: 'presence.set', ...wish });
  }

  /** This person sees at once what they have set, if they watch themselves. */
  #showWish({ availability, custom }: PresenceWish): void {
    const { presence, me } = this.#cell.current;
    const held = presence.get(me.user_id);
    if (held === undefined) return;
    const { custom: before, ...rest } = held;
    const shown = custom === undefined ? before : (custom ?? undefined);
    const next = { ...rest, ...(availability && { availability }), ...(shown && { custom: shown }) };
    this.#cell.set({ presence: new Map(presence).set(me.user_id, next) });
    this.#expiry.schedule();
  }

  #setTimer(name: 'flush' | 'answer' | 'idle', delayMs: number, act: () => void): void {
    this.#cancelTimer(name);
    const cancel = this.#options.environment.setTimer(() => {
      this.#timers.delete(name);
      act();
    }, delayMs);
    this.#timers.set(name, cancel);
  }

  #cancelTimer(name: 'flush' | 'answer' | 'idle'): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}
