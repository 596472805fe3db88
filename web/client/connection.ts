import type { ClientFrame } from '../../events/client-frames.ts';
import type { ServerEvent, SystemNotice } from '../../events/server-frames.ts';
import { backoffMs } from './backoff.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';
import { type LineEnd, type LineOptions, SocketLine } from './socket-line.ts';

/**
 * `offline` and `connecting` both mean: no socket, and trying; they differ in what the device says of its network.
 * `catching-up`: the socket is open, but what happened meanwhile is not complete. Only `live` is up to date.
 * `replaced`: the server gave the place to a newer connection of the same person. Coming back by itself would push out
 * that one, and so on for ever: only `start` connects again.
 */
export type ConnectionState = 'offline' | 'connecting' | 'catching-up' | 'live' | 'closed' | 'replaced';

/** A connection that lasted so long was a good one: the next trouble starts from the shortest wait. */
const stableAfterMs = 10_000;
/**
 * API Gateway ends every connection after two hours; leaving earlier, each at another time, keeps clients that came
 * together from coming back together.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const renewAfterMs = { min: 90 * 60_000, max: 115 * 60_000 };
/** Of the time that the server gives us to move on, the rest is for trying again. */
const shareOfNotice = 0.6;
/** So long the old socket still receives what was on its way to it: acks of what was sent on it, above all. */
const lingerMs = 3_000;

export interface ConnectionOptions
  extends Omit<LineOptions, 'environment' | 'onEvent' | 'onState' | 'onEnd'> {
  readonly environment: Pick<ClientEnvironment, 'openSocket' | 'now' | 'random' | 'setTimer' | 'network'>;
  onEvent(event: ServerEvent): void;
  onState(state: ConnectionState): void;
  /** Another socket has taken over without a gap: what the server keeps for each socket has to be told again. */
  onMoved(): void;
}

/**
 * A socket, kept: ticket → connect → sync → live, and again with full jitter whenever it is lost. Before a socket reaches
 * its end the next one is opened and synced beside it, and only then takes over, so that no moment passes without one: an
 * event that the server pushed to either is seen. Nothing here knows what the messages mean.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #state: ConnectionState = 'closed';
  /** What is sent goes here. */
  #line: SocketLine | undefined;
  /** Opened to take over, but not live yet. */
  #successor: SocketLine | undefined;
  /** Taken over from, and about to be closed. */
  readonly #retired = new Set<SocketLine>();
  #failures = 0;
  #renewFailures = 0;
  #liveSinceMs: number | undefined;
  #renewAtMs = Infinity;
  readonly #timers = new Map<'renew' | 'retry' | 'linger', Cancel>();
  #stopListening: Cancel = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#state !== 'closed' && this.#state !== 'replaced') return;
    this.#stopListening = this.#options.environment.network.subscribe(() => this.wake());
    this.#failures = 0;
    this.#connect();
  }

  /** For good: no callback comes after it. */
  stop(): void {
    this.#rest('closed');
  }

  /** Sends if there is an open socket; otherwise the frame is gone, and the outbox or the next sync makes up for it. */
  send(frame: ClientFrame): void {
    this.#line?.send(frame);
  }

  /** Something changed (network, visibility, an impatient person): find out now, not when the timer says so. */
  wake(): void {
    const isOnline = this.#options.environment.network.isOnline();
    if (this.#timers.has('retry')) {
      if (isOnline) this.#connect();
      else this.#setState('offline');
    } else if (this.#line?.state === 'live') {
      this.#line.probe();
    }
  }

  #connect(): void {
    this.#dropLines();
    this.#line = this.#newLine();
    this.#setState(this.#disconnectedState());
    void this.#line.start();
  }

  #newLine(): SocketLine {
    const { environment, ticket, cursors, catchUp } = this.#options;
    return new SocketLine({
      environment,
      ticket,
      cursors,
      catchUp,
      onEvent: (line, event) => this.#onEvent(line, event),
      onState: (line) => this.#onLineState(line),
      onEnd: (line, end) => this.#onLineEnd(line, end),
    });
  }

  #onEvent(line: SocketLine, event: ServerEvent): void {
    this.#options.onEvent(event);
    if (event.type !== 'system.notice') return;
    if (event.code === 'connection.replaced') this.#onReplaced(line);
    else if (event.code === 'connection.expiring' && line === this.#line) this.#onExpiring(event);
  }

  /** A socket that we are leaving anyway may be the oldest one of too many: that is no reason to stay away. */
  #onReplaced(line: SocketLine): void {
    if (line === this.#line && this.#successor === undefined) this.#rest('replaced');
    else {
      line.end();
      this.#onLineEnd(line, { retryAfterMs: undefined, isSignedOut: false });
    }
  }

  #onExpiring({ params }: SystemNotice): void {
    const { now, random } = this.#options.environment;
    const withinMs = Number(params.within_ms);
    if (!(withinMs >= 0)) return;
    const atMs = now() + random() * withinMs * shareOfNotice;
    if (atMs < this.#renewAtMs) this.#renewAt(atMs);
  }

  #onLineState(line: SocketLine): void {
    if (line === this.#successor) {
      if (line.state === 'live') this.#handOver(line);
    } else if (line === this.#line) {
      if (line.state === 'live') this.#onLive();
      this.#setState(this.#stateOf(line));
    }
  }

  #onLive(): void {
    const { now, random } = this.#options.environment;
    this.#liveSinceMs = now();
    this.#renewFailures = 0;
    this.#renewAt(now() + renewAfterMs.min + random() * (renewAfterMs.max - renewAfterMs.min));
  }

  #onLineEnd(line: SocketLine, end: LineEnd): void {
    if (end.isSignedOut) this.stop();
    else if (line === this.#successor) {
      this.#successor = undefined;
      this.#renewLater(end.retryAfterMs);
    } else if (line === this.#line && this.#successor !== undefined) {
      this.#noteLife();
      this.#line = this.#successor;
      this.#successor = undefined;
      this.#setState(this.#stateOf(this.#line));
    } else if (line === this.#line) this.#reconnect(end.retryAfterMs);
    else this.#retired.delete(line);
  }

  #renewAt(atMs: number): void {
    this.#renewAtMs = atMs;
    this.#setTimer('renew', Math.max(0, atMs - this.#options.environment.now()), () => this.#renew());
  }

  /** Opens the next socket beside this one. */
  #renew(): void {
    this.#renewAtMs = Infinity;
    if (this.#line?.state === 'live') {
      this.#successor = this.#newLine();
      void this.#successor.start();
    } else this.#renewLater();
  }

  #renewLater(retryAfterMs = 0): void {
    const { now, random } = this.#options.environment;
    this.#renewAt(now() + retryAfterMs + backoffMs(this.#renewFailures, random));
    this.#renewFailures += 1;
  }

  #handOver(successor: SocketLine): void {
    const old = this.#line;
    this.#line = successor;
    this.#successor = undefined;
    old?.retire();
    this.#endRetired();
    if (old !== undefined) this.#retired.add(old);
    this.#setTimer('linger', lingerMs, () => this.#endRetired());
    this.#onLive();
    this.#options.onMoved();
  }

  #endRetired(): void {
    for (const line of this.#retired) line.end();
    this.#retired.clear();
  }

  /** No socket, and no attempt to get one. */
  #rest(state: 'closed' | 'replaced'): void {
    this.#stopListening();
    this.#dropLines();
    this.#setState(state);
  }

  /**
   * After a connection that was good (it was idle, a train entered a tunnel) the first wait is short: at once, but not all
   * at once.
   */
  #reconnect(retryAfterMs = 0): void {
    const { environment } = this.#options;
    this.#noteLife();
    this.#dropLines();
    const delayMs = retryAfterMs + backoffMs(this.#failures, environment.random);
    this.#failures += 1;
    this.#setTimer('retry', delayMs, () => this.#connect());
    this.#setState(this.#disconnectedState());
  }

  #noteLife(): void {
    const nowMs = this.#options.environment.now();
    if (nowMs - (this.#liveSinceMs ?? nowMs) > stableAfterMs) this.#failures = 0;
    this.#liveSinceMs = undefined;
  }

  #dropLines(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#liveSinceMs = undefined;
    this.#renewAtMs = Infinity;
    this.#line?.end();
    this.#successor?.end();
    this.#line = this.#successor = undefined;
    this.#endRetired();
  }

  #stateOf(line: SocketLine): ConnectionState {
    if (line.state === 'live') return 'live';
    return line.state === 'syncing' ? 'catching-up' : this.#disconnectedState();
  }

  #disconnectedState(): 'offline' | 'connecting' {
    return this.#options.environment.network.isOnline() ? 'connecting' : 'offline';
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }

  #setTimer(name: 'renew' | 'retry' | 'linger', delayMs: number, act: () => void) {
    this.#timers.get(name)?.();
    const cancel = this.#options.environment.setTimer(() => {
      this.#timers.delete(name);
      act();
    }, delayMs);
    this.#timers.set(name, cancel);
  }
}
