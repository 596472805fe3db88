import { useEffect, useSyncExternalStore } from 'react';
import type { ConversationState } from '../../client/conversation-state.ts';
import { activeChat } from '../chat-store.ts';

/** Marks as read what somebody has before their eyes: the end of the conversation, in a window that has the focus. */
export function useReadMark(conversation: ConversationState, isAtEnd: boolean): void {
  const isAttentive = useSyncExternalStore(subscribe, isFocused);
  const { convoId } = conversation;
  const { cursor, messages } = conversation.timeline;
  const seqNo = messages.length > 0 ? cursor : 0;
  useEffect(() => {
    if (isAttentive && isAtEnd && seqNo > 0) activeChat().markRead(convoId, seqNo);
  }, [convoId, seqNo, isAttentive, isAtEnd]);
}

/** The same for a thread: its end, in a window that has the focus. */
export function useThreadMark(conversation: ConversationState, rootSeq: number, isAtEnd: boolean): void {
  const isAttentive = useSyncExternalStore(subscribe, isFocused);
  const { convoId } = conversation;
  const count = conversation.threads.get(rootSeq)?.cursor ?? 0;
  useEffect(() => {
    if (isAttentive && isAtEnd && count > 0) activeChat().threads.markRead(convoId, rootSeq, count);
  }, [convoId, rootSeq, count, isAttentive, isAtEnd]);
}

function isFocused(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}
