/** What the client needs of the world around it. All of it is an argument, so that the core runs in any JavaScript. */
import { inProcessLocks, type Locks } from './locks.ts';

export type Cancel = () => void;

export interface Network {
  /** A hint only: a laptop without a network still reaches a server on 127.0.0.1. */
  isOnline(): boolean;
  /** Calls back when the hint changes or the page wakes up. Returns the way to stop. */
  subscribe(listener: () => void): Cancel;
}

/** Whether somebody is there to see what is shown. */
export interface Activity {
  isActive(): boolean;
  /** Calls back when it changes. Returns the way to stop. */
  subscribe(listener: () => void): Cancel;
}

/** Talks to the other tabs of the same origin. What a tab posts does not come back to itself. */
export interface TabChannel {
  post(message: unknown): void;
  subscribe(listener: (message: unknown) => void): Cancel;
}

export interface ClientEnvironment {
  readonly fetch: typeof globalThis.fetch;
  openSocket(url: string): SocketLike;
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** A new id, unique for ever: letters, digits and - only. */
  newId(): string;
  setTimer(callback: () => void, delayMs: number): Cancel;
  readonly network: Network;
  readonly activity: Activity;
  readonly locks: Locks;
  readonly tabs: TabChannel;
  /**
   * Removes what is kept for the page besides session and outbox, which wipe themselves: of the whole device, or what
   * belongs to this tab alone, when another one has wiped the device.
   */
  wipe(scope: 'device' | 'tab'): Promise<void>;
}

/** The part of the browser's WebSocket that the client uses; the one of Node and that of `ws` fit too. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => unknown) | null;
  onmessage: ((event: { data: unknown }) => unknown) | null;
  onclose: ((event: { code: number }) => unknown) | null;
  onerror: (() => unknown) | null;
}

/** For one client alone in its process. A browser adds its own network, locks and tabs: see browser.ts. */
export function defaultEnvironment(): ClientEnvironment {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    openSocket: (url) => new WebSocket(url) as SocketLike,
    now: () => Date.now(),
    random: () => Math.random(),
    newId: randomId,
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    network: { isOnline: () => true, subscribe: () => () => {} },
    activity: { isActive: () => true, subscribe: () => () => {} },
    locks: inProcessLocks(),
    tabs: { post: () => {}, subscribe: () => () => {} },
    wipe: async () => {},
  };
}

/** 128 random bits. crypto.randomUUID would do, but browsers offer it on secure origins only. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
