import { useEffect } from 'react';
import type { ConnectionState } from '../../client/connection.ts';
import { activeChat } from '../chat-store.ts';

/** Asks how far the others have got when the conversation is opened, and after every absence. */
export function useReceipts(convoId: string, connection: ConnectionState, isMember: boolean): void {
  const isLive = connection === 'live' && isMember;
  useEffect(() => {
    if (!isLive) return;
    activeChat()
      .loadReceipts(convoId)
      // Ticks that come late are no reason to disturb anybody.
      .catch((error: unknown) => console.warn('Receipts could not be loaded', error));
  }, [convoId, isLive]);
}
