import { useEffect } from 'react';
import { type PersonStatus, statusOf } from '../client/presence-state.ts';
import { client, useChatStore } from './chat-store.ts';
import { useNow } from './use-now.ts';

/** Whether somebody is there, asked for as long as the component is on screen. Undefined: nothing was heard yet. */
export function usePresence(userId: string | undefined): PersonStatus | undefined {
  useEffect(() => {
    if (userId === undefined) return;
    return client.chat?.presence.watch([userId]);
  }, [userId]);
  const now = useNow();
  const update = useChatStore((store) =>
    userId === undefined ? undefined : store.chat?.presence.get(userId),
  );
  if (update === undefined) return undefined;
  return statusOf(new Map([[update.user_id, update]]), update.user_id, now.getTime());
}
