import * as z from 'zod/mini';
import { me } from '../../events/user-contracts.ts';
import type { Cancel } from './environment.ts';

const storedSession = z.object({
  user: me,
  session_id: z.string(),
  access_token: z.string(),
  refresh_token: z.string(),
  /** Milliseconds since the epoch, by this machine's clock. */
  expires_at_ms: z.number(),
});

export type StoredSession = z.infer<typeof storedSession>;

/** Where the tokens live. Tabs share it, so a read may show what another tab has just refreshed. */
export interface SessionStore {
  read(): StoredSession | undefined;
  write(session: StoredSession): void;
  clear(): void;
  /** Calls back when another tab has written or cleared the session. */
  subscribe(listener: () => void): Cancel;
}

export function memorySessionStore(): SessionStore {
  let session: StoredSession | undefined;
  return {
    read: () => session,
    write(next) {
      session = next;
    },
    clear() {
      session = undefined;
    },
    subscribe: () => () => {},
  };
}

const sessionStorageKey = 'confab.session';

/**
 * Keeps the session in localStorage, so that a reload and a second tab are signed in.
 *
 * The trade: a script injected into this origin could read the tokens. A cookie that scripts cannot read would tie
 * the API to one origin and bring CSRF with it, and injected code could act through the page anyway. So the injection
 * itself is what we prevent: text is only ever rendered as text, nothing is loaded from elsewhere, and the
 * Content-Security-Policy allows our own scripts alone. What leaks is worth little: an access token lives for
 * minutes, and a refresh token that is used twice ends its session.
 */
export function localSessionStore(storage: Storage): SessionStore {
  return {
    read() {
      const text = storage.getItem(sessionStorageKey);
      if (text === null) return undefined;
      try {
        return storedSession.parse(JSON.parse(text));
      } catch {
        // Written by an older version, or damaged: signing in again mends it.
        return undefined;
      }
    },
    write: (session) => storage.setItem(sessionStorageKey, JSON.stringify(session)),
    clear: () => storage.removeItem(sessionStorageKey),
    subscribe(listener) {
      // The event speaks of other tabs only; a null key means that everything was cleared.
      const onStorage = (event: StorageEvent) => {
        if (event.key === sessionStorageKey || event.key === null) listener();
      };
      window.addEventListener('storage', onStorage);
      return () => window.removeEventListener('storage', onStorage);
    },
  };
}
