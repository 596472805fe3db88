import { useEffect } from 'react';
import type { ChatState } from '../client/chat-state.ts';
import { isMember, unreadCount } from '../client/conversation-state.ts';

/** Shows in the title of the tab how many conversations have something new; of nobody it shows nothing. */
export function useTitle(chat: ChatState | undefined): void {
  const unread = [...(chat?.conversations.values() ?? [])].filter(
    (each) => isMember(each) && unreadCount(each) > 0,
  ).length;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Confab` : 'Confab';
  }, [unread]);
}
