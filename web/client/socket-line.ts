import type { TicketResponse } from '../../events/account-contracts.ts';
import type { ClientFrame, SyncCursor } from '../../events/client-frames.ts';
import type { ServerEvent, Synced } from '../../events/server-frames.ts';
import type { Cancel, ClientEnvironment, SocketLike } from './environment.ts';
import { parseFrame } from './parse-frame.ts';
import { ProblemError, SignedOutError } from './problem-error.ts';

const openDeadlineMs = 15_000;
const syncDeadlineMs = 20_000;
const heartbeatMs = 30_000;
const pongDeadlineMs = 10_000;
/** After a sign that the network changed: the answer comes soon or not at all. */
const probeDeadlineMs = 3_000;
/** Every so many heartbeats ask for what was missed instead: a lost last push shows by nothing else. */
const heartbeatsPerSync = 10;

export type LineState = 'opening' | 'syncing' | 'live' | 'ended';

/** Why a line ended by itself. */
export interface LineEnd {
  readonly retryAfterMs: number | undefined;
  /** There is no session any more to connect with. */
  readonly isSignedOut: boolean;
}

export interface LineOptions {
  readonly environment: Pick<ClientEnvironment, 'openSocket' | 'setTimer'>;
  ticket(): Promise<TicketResponse>;
  /** Conversation id → how far it is held without a hole. Asked before every sync. */
  cursors(): Promise<Record<string, SyncCursor>>;
  /** Fetches what the sync left out. When it resolves, the client is up to date. */
  catchUp(synced: Synced): Promise<void>;
  onEvent(line: SocketLine, event: ServerEvent): void;
  onState(line: SocketLine): void;
  /** It ended by itself; never after `end`. */
  onEnd(line: SocketLine, end: LineEnd): void;
}

/**
 * The life of one socket: ticket → open → sync → live → ended, kept alive by heartbeats in between. It never comes back;
 * whoever wants another one makes another one.
 */
export class SocketLine {
  readonly #options: LineOptions;
  #state: LineState = 'opening';
  #isRetired = false;
  #socket: SocketLike | undefined;
  #heartbeats = 0;
  readonly #timers = new Map<'open' | 'sync' | 'heartbeat' | 'pong', Cancel>();

  constructor(options: LineOptions) {
    this.#options = options;
  }

  get state(): LineState {
    return this.#state;
  }

  async start(): Promise<void> {
    try {
      const { url, ticket } = await this.#options.ticket();
      if (!this.#isOver()) this.#open(`${url}?ticket=${encodeURIComponent(ticket)}`);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends if the socket is open; otherwise the frame is gone. */
  send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** Finds out whether the other side is still there. */
  probe(): void {
    this.#ping(probeDeadlineMs);
  }

  /** Another line has taken over: this one only receives what is still on its way to it. */
  retire(): void {
    this.#isRetired = true;
    this.#cancelTimers();
  }

  /** For good: no callback comes after it. */
  end(): void {
    if (this.#isOver()) return;
    this.#state = 'ended';
    this.#cancelTimers();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    // A socket whose network is gone takes long to close; nobody waits for it.
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #open(url: string): void {
    const socket = this.#options.environment.openSocket(url);
    this.#socket = socket;
    this.#setTimer('open', openDeadlineMs, () => this.#end());
    socket.onopen = () => {
      this.#cancelTimer('open');
      this.#setState('syncing');
      this.#scheduleHeartbeat();
      void this.#sync();
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = () => this.#end();
    // What went wrong is told by the close that follows; without a listener `ws` would throw.
    socket.onerror = () => {};
  }

  async #sync(): Promise<void> {
    this.#setTimer('sync', syncDeadlineMs, () => this.#end());
    try {
      const cursors = await this.#options.cursors();
      if (!this.#isOver()) this.send({ action: 'sync', cursors });
    } catch (error) {
      this.#fail(error);
    }
  }

  #receive(data: unknown): void {
    this.#cancelTimer('pong');
    for (const event of parseFrame(data)) {
      if (this.#isOver()) return;
      this.#options.onEvent(this, event);
      if (event.type === 'synced') void this.#finishSync(event);
      else if (event.type === 'error') this.#onError(event);
    }
  }

  async #finishSync(synced: Synced): Promise<void> {
    if (this.#isRetired || this.#isOver()) return;
    this.#cancelTimer('sync');
    try {
      await this.#options.catchUp(synced);
      if (this.#state === 'syncing') this.#setState('live');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** An error that speaks of no message: of the session, or of the sync that we are waiting for. */
  #onError(error: { code: string; client_msg_id?: string | undefined; retry_after_ms?: number | undefined }) {
    const concernsSync = error.client_msg_id === undefined && this.#timers.has('sync');
    if (error.code.startsWith('auth.') || concernsSync) this.#end(error.retry_after_ms);
  }

  #scheduleHeartbeat(): void {
    this.#setTimer('heartbeat', heartbeatMs, () => {
      this.#heartbeats += 1;
      if (this.#heartbeats % heartbeatsPerSync === 0 && this.#state === 'live') void this.#sync();
      else this.#ping(pongDeadlineMs);
      this.#scheduleHeartbeat();
    });
  }

  #ping(deadlineMs: number): void {
    this.#setTimer('pong', deadlineMs, () => this.#end());
    this.send({ action: 'ping' });
  }

  #fail(error: unknown): void {
    if (error instanceof SignedOutError) this.#end(undefined, true);
    else this.#end(error instanceof ProblemError ? error.retryAfterMs : undefined);
  }

  #end(retryAfterMs?: number, isSignedOut = false): void {
    if (this.#isOver()) return;
    this.end();
    this.#options.onEnd(this, { retryAfterMs, isSignedOut });
  }

  #isOver(): boolean {
    return this.#state === 'ended';
  }

  #setState(state: LineState): void {
    this.#state = state;
    this.#options.onState(this);
  }

  #setTimer(name: 'open' | 'sync' | 'heartbeat' | 'pong', delayMs: number, act: () => void): void {
    this.#cancelTimer(name);
    const cancel = this.#options.environment.setTimer(() => {
      this.#timers.delete(name);
      act();
    }, delayMs);
    this.#timers.set(name, cancel);
  }

  #cancelTimer(name: 'open' | 'sync' | 'heartbeat' | 'pong'): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}
