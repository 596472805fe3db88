import type { ConnectionStore } from '../connections/connection-store.ts';
import { pushEvents, type SocketGateway } from '../connections/push.ts';
import type { UserStore } from '../users/user-store.ts';
import { conversationView, type Membership } from './conversation.ts';
import { type OpenedConversation, openerRole } from './open-conversation.ts';

/** Shows a new conversation to its members at once; who is not connected finds it at the next sync. */
export async function announceConversation(
  { conversation, memberIds, details }: OpenedConversation,
  deps: { connections: ConnectionStore; gateway: SocketGateway; users: UserStore },
): Promise<void> {
  const [connections, profiles] = await Promise.all([
    deps.connections.ofUsers(memberIds),
    deps.users.getMany(conversation.shownMembers),
  ]);
  const people = new Map(profiles.map((profile) => [profile.userId, profile]));
  // Nobody has read anything of it yet, so one view serves the opener, and one all others.
  const eventsFor = (role: Membership['role']) => {
    const membership = { convoId: conversation.convoId, userId: '', role, readSeq: 0 };
    const view = conversationView(conversation, membership, people, details);
    return [{ type: 'conversation.update' as const, conversation: view }];
  };
  const [ofOpener, ofOthers] = [eventsFor(openerRole(conversation.type)), eventsFor('member')];
  await pushEvents(
    connections.map((connection) => ({
      connection,
      events: connection.userId === memberIds[0] ? ofOpener : ofOthers,
    })),
    deps,
  );
}
