import { create } from 'zustand';
import { browserClient } from '../client/browser.ts';
import type { ChatClient } from '../client/chat-client.ts';
import type { ChatState } from '../client/chat-state.ts';
import type { SignedOutReason } from '../client/session-news.ts';
import { proofDeclined } from './reauthentication.ts';
import { resetPlace } from './route.ts';

/** The one client of this page. */
export const client = browserClient();

interface ChatStore {
  /** Undefined while nobody is signed in. */
  readonly chat: ChatState | undefined;
  readonly signedOutBecause: SignedOutReason | undefined;
  /** What somebody began to write, by conversation. Kept in memory only, and for one session. */
  readonly drafts: ReadonlyMap<string, string>;
  /** The reminder to confirm the e-mail address was sent away, for one session. */
  readonly isReminderDismissed: boolean;
}

const ofNobody = { chat: undefined, drafts: new Map<string, string>(), isReminderDismissed: false };

export const useChatStore = create<ChatStore>(() => ({
  ...ofNobody,
  chat: client.chat?.state,
  signedOutBecause: undefined,
}));

client.subscribe(() => {
  const chat = client.chat?.state;
  const { signedOutBecause } = client;
  if (chat !== undefined) {
    useChatStore.setState({ chat, signedOutBecause });
    return;
  }
  proofDeclined();
  if (useChatStore.getState().chat !== undefined) resetPlace();
  useChatStore.setState({ ...ofNobody, signedOutBecause });
});

export function setDraft(convoId: string, text: string): void {
  useChatStore.setState(({ drafts }) => ({ drafts: new Map(drafts).set(convoId, text) }));
}

export function dismissReminder(): void {
  useChatStore.setState({ isReminderDismissed: true });
}

/** For what somebody does in the chat. Throws when nobody is signed in. */
export function activeChat(): ChatClient {
  if (client.chat === undefined) throw new Error('Nobody is signed in');
  return client.chat;
}
