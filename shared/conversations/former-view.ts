import type { ConversationView } from '../../events/server-frames.ts';
import { type Conversation, conversationView, type Leaving, type Membership } from './conversation.ts';

/**
 * A conversation as somebody sees it who is no member any more: as it was when they left, and nothing of who is in it. Its
 * last message is shown while it is one of theirs and nothing has changed since, because it may say something else by now.
 */
export function formerView(
  conversation: Conversation,
  membership: Membership & { readonly left: Leaving },
): ConversationView {
  const { left, fromSeq = 0 } = membership;
  const { lastMessage } = conversation;
  const isTheirs =
    lastMessage && fromSeq < lastMessage.seq && lastMessage.seq <= left.seq && conversation.rev <= left.rev;
  const then: Conversation = {
    convoId: conversation.convoId,
    type: conversation.type,
    title: left.title,
    createdAt: conversation.createdAt,
    seq: left.seq,
    rev: left.rev,
    membersVersion: left.version,
    memberCount: 0,
    shownMembers: [],
    recentSenders: conversation.recentSenders,
    clientStreams: {},
    lastMessage: isTheirs ? lastMessage : null,
  };
  const view = conversationView(then, membership, new Map());
  return {
    ...view,
    state: left.state,
    capabilities: [],
    read_seq: Math.min(view.read_seq, left.seq),
  };
}
