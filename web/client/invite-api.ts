/** The routes about invitations and the links that stand for them, one function each. All throw as HttpClient says. */
import type * as z from 'zod/mini';
import type {
  DeclineInviteRequest,
  InviteLinkView,
  invitedRole,
  inviteLinkPreview,
  inviteLinkRequest,
  newInviteLinkResponse,
} from '../../events/membership-contracts.ts';
import * as contracts from '../../events/membership-contracts.ts';
import type { ConversationView, InviteView } from '../../events/server-frames.ts';
import { createCaller, pathOf } from './caller.ts';
import type { HttpClient } from './http-client.ts';

export type InviteApi = ReturnType<typeof createInviteApi>;

export type InvitedRole = z.infer<typeof invitedRole>;
/** What is left out is as the server has it: a member, any number of uses, a week. */
export type InviteLinkWish = z.input<typeof inviteLinkRequest>;
export type InviteLinkPreview = z.infer<typeof inviteLinkPreview>;
/** The token is shown this once. */
export type NewInviteLink = z.infer<typeof newInviteLinkResponse>;

export function createInviteApi(http: HttpClient) {
  const { ask, call } = createCaller(http);
  const of = (convoId: string, ...parts: string[]) => pathOf('conversations', convoId, ...parts);

  return {
    invite: (convoId: string, userId: string, role: InvitedRole = 'member'): Promise<InviteView> =>
      ask('POST', of(convoId, 'invites'), contracts.inviteResponse, { body: { user_id: userId, role } }),
    /** The open invitations of a conversation. */
    async sent(convoId: string): Promise<InviteView[]> {
      return (await ask('GET', of(convoId, 'invites'), contracts.invitesResponse)).invites;
    },
    withdraw: (convoId: string, userId: string): Promise<void> =>
      call('DELETE', of(convoId, 'invites', userId)),
    /** One's own open invitations. */
    async received(): Promise<InviteView[]> {
      return (await ask('GET', '/me/invites', contracts.invitesResponse)).invites;
    },
    accept: (convoId: string): Promise<ConversationView> =>
      ask('POST', pathOf('me', 'invites', convoId, 'accept'), contracts.conversationAnswer),
    decline: (convoId: string, body: DeclineInviteRequest): Promise<void> =>
      call('POST', pathOf('me', 'invites', convoId, 'decline'), { body }),

    createLink: (convoId: string, wish: InviteLinkWish): Promise<NewInviteLink> =>
      ask('POST', of(convoId, 'invite-links'), contracts.newInviteLinkResponse, { body: wish }),
    async links(convoId: string): Promise<InviteLinkView[]> {
      return (await ask('GET', of(convoId, 'invite-links'), contracts.inviteLinksResponse)).links;
    },
    removeLink: (convoId: string, linkId: string): Promise<void> =>
      call('DELETE', of(convoId, 'invite-links', linkId)),
    /** What a link leads to. */
    preview: (token: string): Promise<InviteLinkPreview> =>
      ask('GET', pathOf('invite-links', token), contracts.inviteLinkPreview),
    acceptLink: (token: string): Promise<ConversationView> =>
      ask('POST', pathOf('invite-links', token, 'accept'), contracts.conversationAnswer),
  };
}
