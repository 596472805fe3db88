import type { ConnectionStore } from '../connections/connection-store.ts';
import { pushToUsers, type SocketGateway } from '../connections/push.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { viewConversation } from '../conversations/view-conversations.ts';
import { AppError } from '../errors.ts';
import { directConversationId } from '../ids.ts';
import type { UserStore } from '../users/user-store.ts';

interface Deps {
  readonly conversations: ConversationStore;
  readonly users: UserStore;
  readonly connections: ConnectionStore;
  readonly gateway: SocketGateway;
}

/**
 * After a block, or its end: shows the direct conversation of the two, if they have one, to the devices of whoever decided.
 * Nobody tells the other one at that moment: they see it when they look there next, or in the answer to what they send.
 */
export async function showSilence(userId: string, otherId: string, deps: Deps): Promise<void> {
  const conversation = await viewConversation(userId, directConversationId(userId, otherId), deps).catch(
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'conversation.not_found') return undefined;
      throw error;
    },
  );
  if (conversation) await pushToUsers([userId], [{ type: 'conversation.update', conversation }], deps);
}
