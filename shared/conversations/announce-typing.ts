import type { TypingFrame } from '../../events/client-frames.ts';
import type { Typing } from '../../events/server-frames.ts';
import type { Connection } from '../connections/connection-store.ts';
import { limits } from '../limits.ts';
import type { UserStore } from '../users/user-store.ts';
import { type MemberNews, toldOf } from './audience.ts';
import { capabilitiesOf } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { memberSide } from './member-side.ts';

/**
 * What to tell the other members about who types. Nothing of it is stored: a start ends by itself, so that a lost stop
 * leaves nobody typing for ever. Where nobody is to know (see toldOf), and of somebody who may not send there, nobody is
 * told, and it is no error. Throws
 * `conversation.not_found`.
 */
export async function announceTyping(
  userId: string,
  { action, convo_id: convoId }: TypingFrame,
  deps: { conversations: ConversationStore; users: Pick<UserStore, 'get'> },
): Promise<MemberNews<Typing>> {
  const { conversation, membership } = await memberSide(userId, convoId, deps.conversations);
  const maySend = capabilitiesOf(conversation, membership.role).includes('message.send');
  const everybody =
    (maySend && (await toldOf(userId, 'typing', conversation, deps, limits.typingMembersMax))) || [];
  const who = { convo_id: convoId, user_id: userId };
  return {
    event:
      action === 'typing.start'
        ? { type: action, ...who, expires_in_ms: limits.typingExpiresMs }
        : { type: action, ...who },
    audience: everybody.filter((member) => member !== userId),
  };
}

/** Nobody, where so many of them are connected that somebody would always be typing. */
export function ofNotTooMany(connections: readonly Connection[]): readonly Connection[] {
  const online = new Set(connections.map(({ userId }) => userId));
  return online.size > limits.typingOnlineMax ? [] : connections;
}
