import { useCallback, useMemo, useState } from 'react';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { ChatState } from '../../client/chat-state.ts';
import type { ConversationState } from '../../client/conversation-state.ts';
import { activeChat } from '../chat-store.ts';
import type { ConversationDialogName, OpenConversation, Writing } from '../conversation-context.ts';
import { mayReact, mayTakeBack } from '../conversation-rights.ts';
import { goTo, threadHref } from '../route.ts';
import { useJump } from './use-jump.ts';

export interface MessageParts {
  readonly open: OpenConversation;
  readonly writing: Writing | undefined;
  readonly setWriting: (writing: Writing | undefined) => void;
  readonly menu: { readonly message: MessageView; readonly anchor: Element } | undefined;
  readonly closeMenu: () => void;
  readonly dialog: ConversationDialogName | undefined;
  readonly closeDialog: () => void;
}

/** What the messages of a conversation, or of one thread of it, share: a menu, a dialog, what is being written. */
export function useMessageParts(
  chat: ChatState,
  conversation: ConversationState,
  thread?: number,
): MessageParts {
  const { convoId, view, threadMarks } = conversation;
  const { people, me } = chat;
  const [menu, setMenu] = useState<MessageParts['menu']>();
  const [dialog, setDialog] = useState<ConversationDialogName>();
  const [writing, setWriting] = useState<Writing>();
  const showAround = useCallback((seqNo: number) => setDialog({ kind: 'around', seqNo }), []);
  const jumpTo = useJump(convoId, showAround, thread);
  const open = useMemo<OpenConversation>(
    () => ({
      convoId,
      myId: me.user_id,
      people,
      thread,
      threadMarks,
      may: (capability) => view.capabilities.includes(capability),
      mayReact: mayReact(view),
      mayTakeBack: mayTakeBack(view),
      isMember: view.state === 'member',
      openMenu: (message, anchor) => setMenu({ message, anchor }),
      openDialog: setDialog,
      openThread: (rootSeq) => goTo(threadHref(convoId, rootSeq)),
      change: (message, change) => void activeChat().change(convoId, message.seq_no, change),
      write: setWriting,
      jumpTo,
    }),
    [convoId, me.user_id, people, thread, threadMarks, view, jumpTo],
  );
  return {
    open,
    writing,
    setWriting,
    menu,
    closeMenu: () => setMenu(undefined),
    dialog,
    closeDialog: () => setDialog(undefined),
  };
}
