import { useEffect, useState } from 'react';
import type { ConnectionState } from '../../client/connection.ts';
import { activeChat } from '../chat-store.ts';

/** Most reconnects are over sooner; a notice that flickers would only worry. */
const patienceMs = 1_000;

const texts: Readonly<Record<ConnectionState, string>> = {
  offline: 'You are offline. What you write is kept and sent later.',
  connecting: 'Reconnecting… What you write is kept and sent then.',
  'catching-up': 'Catching up…',
  live: '',
  closed: '',
  replaced: 'Confab was opened in too many places; this one was disconnected.',
};

export interface ConnectionNoticeProps {
  readonly state: ConnectionState;
  /** Nothing has been loaded yet. */
  readonly isFirst: boolean;
}

/** Shown until everything that was missed is here, not merely until a socket is open. */
export function ConnectionNotice({ state, isFirst }: ConnectionNoticeProps) {
  const isTrouble = state !== 'live' && state !== 'closed';
  const isLasting = useLasting(isTrouble, state === 'replaced' ? 0 : patienceMs);
  const text = isFirst && state === 'connecting' ? 'Connecting…' : texts[state];
  return (
    <div className="connection-notice" role="status" data-connection={state}>
      {isTrouble && isLasting && (
        <>
          <span>{text}</span>
          {state === 'replaced' && (
            <button type="button" className="link" onClick={() => activeChat().reconnect()}>
              Use it here
            </button>
          )}
          {(state === 'offline' || state === 'connecting') && (
            <button type="button" className="link" onClick={() => activeChat().wake()}>
              Try now
            </button>
          )}
        </>
      )}
    </div>
  );
}

/** True once `condition` has held for `delayMs`. */
function useLasting(condition: boolean, delayMs: number): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!condition) return;
    const timer = setTimeout(() => setLasting(true), delayMs);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [condition, delayMs]);
  return isLasting;
}
