import { type ServerEvent, type ServerFrame, serverFrame } from '../../events/server-frames.ts';
import { patienceMs } from './wait-for.ts';

type EventType = ServerEvent['type'];
export type EventOf<T extends EventType> = Extract<ServerEvent, { type: T }>;

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** An event and when it arrived, `performance.now()`. */
export interface Arrival {
  readonly event: ServerEvent;
  readonly atMs: number;
}

/** One open connection. It records everything, and holds every frame against the contract. */
export class TestSocket {
  /** The texts of the frames as they came; a batch is one. */
  readonly frames: string[] = [];
  /** The events of all frames, batches unfolded, in order. */
  readonly arrivals: Arrival[] = [];
  readonly closed: Promise<Close>;
  #open = true;
  readonly #socket: WebSocket;
  readonly #taken = new Set<ServerEvent>();
  readonly #watchers = new Set<() => void>();
  #violation: Error | undefined;

  /** Resolves when the handshake is done; rejects when it is refused. */
  static async open(url: string): Promise<TestSocket> {
    const socket = new WebSocket(url);
    const opened = Promise.withResolvers<void>();
    socket.addEventListener('open', () => opened.resolve());
    socket.addEventListener('close', ({ code }) =>
      opened.reject(new Error(`the handshake was refused (${code})`)),
    );
    // The recorder listens before anything can arrive.
    const client = new TestSocket(socket);
    await opened.promise;
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#record(String(data)));
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => {
        this.#open = false;
        resolve({ code, reason });
        this.#wake();
      });
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  events(): ServerEvent[] {
    return this.arrivals.map(({ event }) => event);
  }

  /** All events of one type so far. */
  all<T extends EventType>(type: T): EventOf<T>[] {
    return this.events().filter((event): event is EventOf<T> => event.type === type);
  }

  send(frame: object): void {
    this.sendRaw(JSON.stringify(frame));
  }

  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error('the socket is not open');
    this.#socket.send(data);
  }

  /**
   * The first event of this type that fits and that no `next` answered before: one that is here already, or the next
   * one to come. Rejects when the connection ends, the server leaves its contract, or the time is over.
   */
  async next<T extends EventType>(
    type: T,
    fits: (event: EventOf<T>) => boolean = () => true,
    timeoutMs = patienceMs,
  ): Promise<EventOf<T>> {
    const look = () => {
      const found = this.all(type).find((event) => !this.#taken.has(event) && fits(event));
      if (found) this.#taken.add(found);
      return found;
    };
    return await this.#until(`a ${type}`, look, timeoutMs);
  }

  /** Waits until `look`, which is asked again after each frame, answers something. */
  async until<T>(what: string, look: () => T | undefined | false, timeoutMs = patienceMs): Promise<T> {
    return await this.#until(what, () => look() || undefined, timeoutMs);
  }

  async close(): Promise<Close> {
    this.#socket.close();
    return await this.closed;
  }

  #until<T>(what: string, look: () => T | undefined, timeoutMs: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const watch = () => {
      const found = look();
      if (found !== undefined) resolve(found);
      else if (this.#violation) reject(this.#violation);
      else if (!this.#open)
        reject(new Error(`the connection ended while waiting for ${what}${this.#seen()}`));
    };
    const giveUp = () => reject(new Error(`no ${what} within ${timeoutMs} ms${this.#seen()}`));
    const timer = setTimeout(giveUp, timeoutMs);
    this.#watchers.add(watch);
    watch();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(watch);
    });
  }

  #record(text: string): void {
    const atMs = performance.now();
    this.frames.push(text);
    const frame = serverFrame.safeParse(parseJson(text));
    if (frame.success) this.arrivals.push(...unfold(frame.data).map((event) => ({ event, atMs })));
    else
      this.#violation ??= new Error(`a frame that is not in the contract: ${text}`, { cause: frame.error });
    this.#wake();
  }

  #wake(): void {
    for (const watch of this.#watchers) watch();
  }

  #seen(): string {
    return `; the last frames: ${this.frames.slice(-5).join(' ') || 'none'}`;
  }
}

function unfold(frame: ServerFrame): ServerEvent[] {
  return frame.type === 'batch' ? frame.events : [frame];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
