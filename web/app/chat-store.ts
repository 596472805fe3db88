import { create } from 'zustand';
import { browserClient } from '../client/browser.ts';
import type { ChatClient } from '../client/chat-client.ts';
import type { ChatState } from '../client/chat-state.ts';

/** The one client of this page. */
export const client = browserClient();

interface ChatStore {
  /** Undefined while nobody is signed in. */
  readonly chat: ChatState | undefined;
  /** What somebody began to write, by conversation. Kept in memory only, and for one session. */
  readonly drafts: ReadonlyMap<string, string>;
}

export const useChatStore = create<ChatStore>(() => ({ chat: client.chat?.state, drafts: new Map() }));

client.subscribe(() => {
  const chat = client.chat?.state;
  useChatStore.setState(chat === undefined ? { chat, drafts: new Map() } : { chat });
});

export function setDraft(convoId: string, text: string): void {
  useChatStore.setState(({ drafts }) => ({ drafts: new Map(drafts).set(convoId, text) }));
}

/** For what somebody does in the chat. Throws when nobody is signed in. */
export function activeChat(): ChatClient {
  if (client.chat === undefined) throw new Error('Nobody is signed in');
  return client.chat;
}
