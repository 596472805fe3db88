/** The client in a browser: tabs share the session, the outbox and one sender. */
import { ConfabClient } from './confab-client.ts';
import type { ClientEnvironment, Network, TabChannel } from './environment.ts';
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
  const shared = { network: browserNetwork(), tabs: browserTabs('confab'), wipe: wipeOrigin };
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
