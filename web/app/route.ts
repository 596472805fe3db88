import { useSyncExternalStore } from 'react';

/**
 * Where the page is, in the fragment of its address: the back button works, and every static server can serve it.
 * `#/c/<conversation id>` shows a conversation, all else the list.
 */
export function useOpenConversation(): string | undefined {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return /^#\/c\/([\w-]+)$/.exec(hash)?.[1];
}

export function conversationHref(convoId: string): string {
  return `#/c/${convoId}`;
}

export const listHref = '#/';

export function goTo(href: string): void {
  window.location.hash = href;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
