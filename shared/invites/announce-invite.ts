import type { InviteView } from '../../events/server-frames.ts';
import type { ConnectionStore } from '../connections/connection-store.ts';
import { pushToUsers, type SocketGateway } from '../connections/push.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { Invite } from './invite-store.ts';
import { type InviteViewDeps, inviteViews } from './invite-view.ts';

export interface AnnounceInviteDeps extends InviteViewDeps {
  readonly connections: ConnectionStore;
  readonly gateway: SocketGateway;
}

/** Tells all devices of the invited person what became of an invitation. What is lost, a sync repairs. */
export async function announceInvite(
  invite: Invite,
  state: InviteView['state'],
  conversation: Conversation,
  deps: AnnounceInviteDeps,
): Promise<InviteView> {
  const [view] = await inviteViews([{ invite, conversation }], state, deps);
  if (!view) throw new Error(`there is an invitation to the direct conversation ${invite.convoId}`);
  await pushToUsers([invite.userId], [{ type: 'invite.update', invite: view }], deps);
  return view;
}
