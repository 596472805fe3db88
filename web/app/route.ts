import { useMemo, useSyncExternalStore } from 'react';

/** What the page shows, of what can be reached by its address. */
export type Place =
  | { readonly name: 'list' }
  /** With the root of the thread that is open beside it. */
  | { readonly name: 'conversation'; readonly convoId: string; readonly thread: number | undefined }
  /** What a link of somebody leads to. */
  | { readonly name: 'invite'; readonly token: string }
  /** Without a section: the list of them. */
  | { readonly name: 'settings'; readonly section: string | undefined };

/**
 * Where the page is, in the fragment of its address: the back button works, and every static server can serve it.
 * `#/c/<conversation id>` shows a conversation, `…/t/<seq_no>` a thread in it, `#/invite/<token>` what a link leads to,
 * `#/settings/<section>` the settings, all else the list.
 */
export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => placeOf(hash), [hash]);
}

export function placeOf(hash: string): Place {
  const [, convoId, thread] = /^#\/c\/([\w-]+)(?:\/t\/([1-9]\d{0,14}))?$/.exec(hash) ?? [];
  if (convoId !== undefined)
    return { name: 'conversation', convoId, thread: thread === undefined ? undefined : Number(thread) };
  const [, token] = /^#\/invite\/([\w.~-]+)$/.exec(hash) ?? [];
  if (token !== undefined) return { name: 'invite', token };
  const settings = /^#\/settings(?:\/([a-z-]+))?$/.exec(hash);
  return settings === null ? { name: 'list' } : { name: 'settings', section: settings[1] };
}

export function conversationHref(convoId: string): string {
  return `#/c/${convoId}`;
}

export function threadHref(convoId: string, rootSeq: number): string {
  return `${conversationHref(convoId)}/t/${rootSeq}`;
}

export function inviteHref(token: string): string {
  return `#/invite/${token}`;
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
