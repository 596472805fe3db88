/** The client in a browser: tabs share the session, the outbox and one sender. */
import { ConfabClient } from './confab-client.ts';
import type { Activity, ClientEnvironment, Network, TabChannel } from './environment.ts';
import { idbOutboxStore } from './idb-outbox-store.ts';
import { localSessionStore } from './session-store.ts';

export function browserClient(): ConfabClient {
  return new ConfabClient({
    baseUrl: '',
    environment: browserEnvironment(),
    sessions: localSessionStore(window.localStorage),
    outboxStore: idbOutboxStore(),
  });
}

function browserEnvironment(): Partial<ClientEnvironment> {
  const shared = {
    network: browserNetwork(),
    activity: browserActivity(),
    tabs: browserTabs('confab'),
    wipe: wipeOrigin,
  };
  // Only secure origins have Web Locks; elsewhere two tabs may both send, which doubles work but never a message.
  return 'locks' in navigator ? { ...shared, locks: navigator.locks } : shared;
}

/** What is stored at once goes at once: whoever signs in next may already be writing when the rest is done. */
async function wipeOrigin(scope: 'device' | 'tab'): Promise<void> {
  window.sessionStorage.clear();
  if (scope === 'tab') return;
  window.localStorage.clear();
  // Insecure origins have no caches.
  if (!('caches' in window)) return;
  for (const name of await window.caches.keys()) await window.caches.delete(name);
}

function browserNetwork(): Network {
  return {
    isOnline: () => navigator.onLine,
    subscribe(listener) {
      const onVisible = (): void => {
        if (document.visibilityState === 'visible') listener();
      };
      window.addEventListener('online', listener);
      window.addEventListener('offline', listener);
      // A laptop that wakes up, a tab that comes back: its socket may be dead without anybody having told.
      document.addEventListener('visibilitychange', onVisible);
      return () => {
        window.removeEventListener('online', listener);
        window.removeEventListener('offline', listener);
        document.removeEventListener('visibilitychange', onVisible);
      };
    },
  };
}

/** Without a key, a touch or a move for so long nobody is there, though the page is in view. */
const abandonedAfterMs = 5 * 60_000;

function browserActivity(): Activity {
  let lastInputMs = Date.now();
  const isActive = () =>
    document.visibilityState === 'visible' && Date.now() - lastInputMs < abandonedAfterMs;
  return {
    isActive,
    subscribe(listener) {
      let wasActive = isActive();
      const look = (): void => {
        if (isActive() === wasActive) return;
        wasActive = !wasActive;
        listener();
      };
      const onInput = (): void => {
        lastInputMs = Date.now();
        look();
      };
      const inputs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
      for (const name of inputs) window.addEventListener(name, onInput, { passive: true });
      document.addEventListener('visibilitychange', onInput);
      const timer = setInterval(look, abandonedAfterMs / 5);
      return () => {
        for (const name of inputs) window.removeEventListener(name, onInput);
        document.removeEventListener('visibilitychange', onInput);
        clearInterval(timer);
      };
    },
  };
}

function browserTabs(name: string): TabChannel {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    subscribe(listener) {
      const onMessage = (event: MessageEvent): void => listener(event.data);
      channel.addEventListener('message', onMessage);
      return () => channel.removeEventListener('message', onMessage);
    },
  };
}
