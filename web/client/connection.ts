import type { TicketResponse } from '../../events/account-contracts.ts';
import type { ClientFrame, SyncCursor } from '../../events/client-frames.ts';
import type { ServerEvent, Synced } from '../../events/server-frames.ts';
import { backoffMs } from './backoff.ts';
import type { Cancel, ClientEnvironment, SocketLike } from './environment.ts';
import { parseFrame } from './parse-frame.ts';
import { ProblemError, SignedOutError } from './problem-error.ts';

/**
 * `offline` and `connecting` both mean: no socket, and trying; they differ in what the device says of its network.
 * `catching-up`: the socket is open, but what happened meanwhile is not complete. Only `live` is up to date.
 * `replaced`: the server gave the place to a newer connection of the same person. Coming back by itself would push out
 * that one, and so on for ever: only `start` connects again.
 */
export type ConnectionState = 'offline' | 'connecting' | 'catching-up' | 'live' | 'closed' | 'replaced';

const openDeadlineMs = 15_000;
const syncDeadlineMs = 20_000;
const heartbeatMs = 30_000;
const pongDeadlineMs = 10_000;
/** After a sign that the network changed: the answer comes soon or not at all. */
const probeDeadlineMs = 3_000;
/** Every so many heartbeats ask for what was missed instead: a lost last push shows by nothing else. */
const heartbeatsPerSync = 10;
/** A connection that lasted so long was a good one: the next trouble starts from the shortest wait. */
const stableAfterMs = 10_000;
/**
 * API Gateway ends every connection after two hours; leaving earlier, each at another time, keeps clients that came
 * together from coming back together.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const renewAfterMs = { min: 90 * 60_000, max: 115 * 60_000 };

type TimerName = 'open' | 'sync' | 'heartbeat' | 'pong' | 'renew' | 'retry';

export interface ConnectionOptions {
  readonly environment: Pick<ClientEnvironment, 'openSocket' | 'now' | 'random' | 'setTimer' | 'network'>;
  ticket(): Promise<TicketResponse>;
  /** Conversation id → how far it is held without a hole. Asked before every sync. */
  cursors(): Promise<Record<string, SyncCursor>>;
  /** Fetches what the sync left out. When it resolves, the client is up to date. */
  catchUp(synced: Synced): Promise<void>;
  onEvent(event: ServerEvent): void;
  onState(state: ConnectionState): void;
}

/**
 * One socket, kept alive: ticket → connect → sync → live, and again with full jitter whenever it is lost.
 * Nothing here knows what the messages mean.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #state: ConnectionState = 'closed';
  #socket: SocketLike | undefined;
  /** Rises with every socket and every loss, so that an answer to an earlier one is recognised as late. */
  #generation = 0;
  #failures = 0;
  #liveSinceMs: number | undefined;
  #heartbeats = 0;
  readonly #timers = new Map<TimerName, Cancel>();
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
    void this.#connect();
  }

  /** For good: no callback comes after it. */
  stop(): void {
    this.#rest('closed');
  }

  /** Sends if there is an open socket; otherwise the frame is gone, and the outbox or the next sync makes up for it. */
  send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** Something changed (network, visibility, an impatient person): find out now, not when the timer says so. */
  wake(): void {
    const isOnline = this.#options.environment.network.isOnline();
    if (this.#timers.has('retry')) {
      if (isOnline) void this.#connect();
      else this.#setState('offline');
    } else if (this.#state === 'live') {
      this.#ping(probeDeadlineMs);
    }
  }

  async #connect(): Promise<void> {
    this.#dropSocket();
    const generation = this.#generation;
    this.#setState(this.#disconnectedState());
    try {
      const { url, ticket } = await this.#options.ticket();
      if (generation === this.#generation) this.#open(`${url}?ticket=${encodeURIComponent(ticket)}`);
    } catch (error) {
      if (generation === this.#generation) this.#giveUp(error);
    }
  }

  #open(url: string): void {
    const socket = this.#options.environment.openSocket(url);
    this.#socket = socket;
    this.#setTimer('open', openDeadlineMs, () => this.#reconnect());
    socket.onopen = () => void this.#sync('catching-up');
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = () => this.#reconnect();
    // What went wrong is told by the close that follows; without a listener `ws` would throw.
    socket.onerror = () => {};
  }

  async #sync(state: 'catching-up' | 'live'): Promise<void> {
    const generation = this.#generation;
    this.#cancelTimer('open');
    this.#setTimer('sync', syncDeadlineMs, () => this.#reconnect());
    if (state === 'catching-up') {
      this.#setState(state);
      this.#scheduleHeartbeat();
    }
    try {
      const cursors = await this.#options.cursors();
      if (generation === this.#generation) this.send({ action: 'sync', cursors });
    } catch (error) {
      if (generation === this.#generation) this.#giveUp(error);
    }
  }

  #receive(data: unknown): void {
    const generation = this.#generation;
    this.#cancelTimer('pong');
    for (const event of parseFrame(data)) {
      if (generation !== this.#generation) return;
      this.#options.onEvent(event);
      if (event.type === 'synced') void this.#finishSync(event);
      else if (event.type === 'error') this.#onError(event);
      else if (event.type === 'system.notice' && event.code === 'connection.replaced') this.#rest('replaced');
    }
  }

  /** No socket, and no attempt to get one. */
  #rest(state: 'closed' | 'replaced'): void {
    this.#stopListening();
    this.#dropSocket();
    this.#setState(state);
  }

  async #finishSync(synced: Synced): Promise<void> {
    const generation = this.#generation;
    this.#cancelTimer('sync');
    try {
      await this.#options.catchUp(synced);
    } catch (error) {
      if (generation === this.#generation) this.#giveUp(error);
      return;
    }
    if (generation !== this.#generation || this.#state === 'live') return;
    const { now, random } = this.#options.environment;
    this.#liveSinceMs = now();
    const renewMs = renewAfterMs.min + random() * (renewAfterMs.max - renewAfterMs.min);
    this.#setTimer('renew', renewMs, () => this.#reconnect());
    this.#setState('live');
  }

  /** An error that speaks of no message: of the session, or of the sync that we are waiting for. */
  #onError(error: { code: string; client_msg_id?: string | undefined; retry_after_ms?: number | undefined }) {
    const concernsSync = error.client_msg_id === undefined && this.#timers.has('sync');
    if (error.code.startsWith('auth.') || concernsSync) {
      this.#reconnect({ retryAfterMs: error.retry_after_ms });
    }
  }

  #scheduleHeartbeat(): void {
    this.#setTimer('heartbeat', heartbeatMs, () => {
      this.#heartbeats += 1;
      if (this.#heartbeats % heartbeatsPerSync === 0 && this.#state === 'live') void this.#sync('live');
      else this.#ping(pongDeadlineMs);
      this.#scheduleHeartbeat();
    });
  }

  #ping(deadlineMs: number): void {
    this.#setTimer('pong', deadlineMs, () => this.#reconnect());
    this.send({ action: 'ping' });
  }

  /** Another attempt after a failure that has a reason; none if the reason is that the session is over. */
  #giveUp(error: unknown): void {
    if (error instanceof SignedOutError) this.stop();
    else this.#reconnect({ retryAfterMs: error instanceof ProblemError ? error.retryAfterMs : undefined });
  }

  /**
   * After a connection that was good (it reached its two hours, it was idle, a train entered a tunnel) the first wait
   * is short: at once, but not all at once.
   */
  #reconnect(reason: { retryAfterMs?: number | undefined } = {}): void {
    const { environment } = this.#options;
    const livedMs = this.#liveSinceMs === undefined ? 0 : environment.now() - this.#liveSinceMs;
    if (livedMs > stableAfterMs) this.#failures = 0;
    this.#dropSocket();
    const delayMs = (reason.retryAfterMs ?? 0) + backoffMs(this.#failures, environment.random);
    this.#failures += 1;
    this.#setTimer('retry', delayMs, () => void this.#connect());
    this.#setState(this.#disconnectedState());
  }

  #dropSocket(): void {
    this.#generation += 1;
    this.#liveSinceMs = undefined;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    // A socket whose network is gone takes long to close; nobody waits for it.
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #disconnectedState(): 'offline' | 'connecting' {
    return this.#options.environment.network.isOnline() ? 'connecting' : 'offline';
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }

  #setTimer(name: TimerName, delayMs: number, act: () => void) {
    this.#cancelTimer(name);
    const cancel = this.#options.environment.setTimer(() => {
      this.#timers.delete(name);
      act();
    }, delayMs);
    this.#timers.set(name, cancel);
  }

  #cancelTimer(name: TimerName): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}
