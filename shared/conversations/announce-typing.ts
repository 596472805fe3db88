import type { TypingFrame } from '../../events/client-frames.ts';
import type { Typing } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';
import { type MemberNews, smallAudience } from './audience.ts';
import type { ConversationStore } from './conversation-store.ts';
import { memberSide } from './member-side.ts';

/**
 * What to tell the other members about who types. Nothing of it is stored: a start ends by itself, so that a lost stop
 * leaves nobody typing for ever. In a large conversation nobody is told. Throws `conversation.not_found`.
 */
export async function announceTyping(
  userId: string,
  { action, convo_id: convoId }: TypingFrame,
  { conversations }: { conversations: ConversationStore },
): Promise<MemberNews<Typing>> {
  const { conversation } = await memberSide(userId, convoId, conversations);
  const everybody = (await smallAudience(conversation, conversations)) ?? [];
  const who = { convo_id: convoId, user_id: userId };
  return {
    event:
      action === 'typing.start'
        ? { type: action, ...who, expires_in_ms: limits.typingExpiresMs }
        : { type: action, ...who },
    audience: everybody.filter((member) => member !== userId),
  };
}
