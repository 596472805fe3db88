import { useMemo, useSyncExternalStore } from 'react';

/** What the page shows, of what can be reached by its address. */
export type Place =
  | { readonly name: 'list' }
  | { readonly name: 'conversation'; readonly convoId: string }
  /** Without a section: the list of them. */
  | { readonly name: 'settings'; readonly section: string | undefined };

/**
 * Where the page is, in the fragment of its address: the back button works, and every static server can serve it.
 * `#/c/<conversation id>` shows a conversation, `#/settings/<section>` the settings, all else the list.
 */
export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => placeOf(hash), [hash]);
}

export function placeOf(hash: string): Place {
  const [, convoId] = /^#\/c\/([\w-]+)$/.exec(hash) ?? [];
  if (convoId !== undefined) return { name: 'conversation', convoId };
  const settings = /^#\/settings(?:\/([a-z-]+))?$/.exec(hash);
  return settings === null ? { name: 'list' } : { name: 'settings', section: settings[1] };
}

export function conversationHref(convoId: string): string {
  return `#/c/${convoId}`;
}

export function settingsHref(section?: string): string {
  return section === undefined ? '#/settings' : `#/settings/${section}`;
}

export const listHref = '#/';

export function goTo(href: string): void {
  window.location.hash = href;
}

/** Leaves no trace of where somebody was in the address, and none to go back to from here. */
export function resetPlace(): void {
  if (window.location.hash === '' || window.location.hash === listHref) return;
  window.history.replaceState(null, '', listHref);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
