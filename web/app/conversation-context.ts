import { createContext, useContext } from 'react';
import type { MessageView } from '../../events/http-contracts.ts';
import type { Capability, PersonView } from '../../events/server-frames.ts';
import type { MessageChange } from '../client/message-changes.ts';
import type { ThreadMarks } from '../client/thread-state.ts';

/** What is asked or shown about messages, one at a time. */
export type ConversationDialogName =
  | { readonly kind: 'delete'; readonly message: MessageView }
  | { readonly kind: 'emoji'; readonly message: MessageView }
  | { readonly kind: 'versions'; readonly message: MessageView }
  | { readonly kind: 'forward'; readonly message: MessageView }
  | { readonly kind: 'report'; readonly message: MessageView }
  | { readonly kind: 'around'; readonly seqNo: number }
  | { readonly kind: 'pins' };

/** What the composer does besides writing a new message. */
export type Writing =
  | { readonly kind: 'reply'; readonly message: MessageView }
  | { readonly kind: 'edit'; readonly message: MessageView };

/** The parts of an open conversation that its messages need. */
export interface OpenConversation {
  readonly convoId: string;
  readonly myId: string;
  readonly people: ReadonlyMap<string, PersonView>;
  /** Where it is one thread of the conversation: the number of its root. */
  readonly thread: number | undefined;
  readonly threadMarks: ThreadMarks;
  /** What the server would refuse is not offered. */
  readonly may: (capability: Capability) => boolean;
  readonly mayReact: boolean;
  readonly mayTakeBack: boolean;
  /** Else this person has left, and may only read. */
  readonly isMember: boolean;
  readonly openMenu: (message: MessageView, anchor: Element) => void;
  readonly openDialog: (dialog: ConversationDialogName) => void;
  readonly openThread: (rootSeq: number) => void;
  readonly change: (message: MessageView, change: MessageChange) => void;
  readonly write: (writing: Writing) => void;
  /** Brings a message into view, wherever it is. */
  readonly jumpTo: (seqNo: number) => void;
}

const context = createContext<OpenConversation | undefined>(undefined);
export const OpenConversationProvider = context.Provider;

export function useOpenConversation(): OpenConversation {
  const open = useContext(context);
  if (open === undefined) throw new Error('There is no open conversation around this');
  return open;
}
