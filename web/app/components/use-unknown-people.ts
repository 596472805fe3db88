import { useEffect } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import { type ConversationState, isMember } from '../../client/conversation-state.ts';
import { activeChat } from '../chat-store.ts';

/**
 * A large conversation comes with its first few members only: when somebody else is named in what is shown, all members are
 * asked for, once per visit. Whoever has left stays without a name.
 */
export function useUnknownPeople({ people, connection }: ChatState, conversation: ConversationState): void {
  const { convoId, view, timeline } = conversation;
  const isAsked =
    isMember(conversation) &&
    connection === 'live' &&
    view.member_count > view.members.length &&
    timeline.messages.some(({ sender_id: senderId }) => !people.has(senderId));
  useEffect(() => {
    if (!isAsked) return;
    activeChat()
      .membership.load(convoId)
      // They stay “Someone”, which is no reason to disturb anybody.
      .catch((error: unknown) => console.warn('Members could not be loaded', error));
  }, [convoId, isAsked]);
}
