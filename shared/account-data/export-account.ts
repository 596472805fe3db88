import type { ExportResponse } from '../../events/user-contracts.ts';
import type { Identity } from '../auth/access-token.ts';
import { requireRecentAuthentication } from '../auth/recent-authentication.ts';
import type { Session, SessionStore } from '../auth/session.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { type Clock, isoTime } from '../clock.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import type { Message } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import { ownProfile } from '../users/update-profile.ts';
import { meView } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { exportCursor, parseExportCursor } from './export-cursor.ts';
import { ownMessagesFrom } from './own-messages.ts';

/** Whether a second factor guards an account. */
export interface SecondFactorFlag {
  isActive(userId: string): Promise<boolean>;
}

interface Deps {
  readonly users: Pick<UserStore, 'get'>;
  readonly sessions: Pick<SessionStore, 'get' | 'list'>;
  readonly blocks: Pick<BlockStore, 'list'>;
  readonly secondFactor: SecondFactorFlag;
  readonly conversations: Pick<ConversationStore, 'standing' | 'standings' | 'getMany'>;
  readonly messages: Pick<MessageStore, 'range'>;
  readonly clock: Clock;
}

/**
 * One page of what is kept about the caller. The first, without a cursor, has the account and asks for a recent proof of
 * who it is; every page has messages that the caller wrote in conversations that they are or were a member of. Pages together have
 * each of those once, if the client follows `next_cursor` to its end.
 * Throws `auth.reauthentication_required`, or `request.invalid` for a cursor that is not the caller's.
 */
export async function exportAccount(
  identity: Identity,
  cursor: string | undefined,
  deps: Deps,
): Promise<ExportResponse> {
  const { userId } = identity;
  const place = cursor === undefined ? undefined : parseExportCursor(userId, cursor);
  if (!place) await requireRecentAuthentication(identity, deps);
  const account = place ? undefined : await accountData(userId, deps);
  const { messages, next } = await ownMessagesFrom(userId, place, deps);
  return {
    ...(account && { account }),
    messages: messages.map(messageData),
    next_cursor: next ? exportCursor(userId, next) : null,
  };
}

async function accountData(userId: string, deps: Deps): Promise<NonNullable<ExportResponse['account']>> {
  const [profile, sessions, blocked, secondFactor] = await Promise.all([
    ownProfile(userId, deps),
    deps.sessions.list(userId),
    deps.blocks.list(userId),
    deps.secondFactor.isActive(userId),
  ]);
  return {
    user: meView(profile),
    sessions: sessions.map(sessionData),
    blocked,
    second_factor: secondFactor,
    exported_at: isoTime(deps.clock.now()),
  };
}

/** Plain facts: nothing that a session could be taken over with. */
function sessionData(session: Session): Record<string, unknown> {
  return {
    session_id: session.sessionId,
    created_at: isoTime(session.createdAt * 1_000),
    last_used_at: isoTime(session.lastUsedAt * 1_000),
    authenticated_at: isoTime(session.authenticatedAt * 1_000),
    expires_at: isoTime(session.expiresAt * 1_000),
    user_agent: session.device.userAgent ?? null,
    ip: session.device.ip ?? null,
  };
}

function messageData(message: Message): ExportResponse['messages'][number] {
  return {
    convo_id: message.convoId,
    server_msg_id: message.serverMsgId,
    seq_no: message.seq,
    content: message.content,
    created_at: message.createdAt,
  };
}
