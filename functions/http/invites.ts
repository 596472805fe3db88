/** Invitations and links: how people are asked in, and come in. */
import { conversationId, userId } from '../../events/client-frames.ts';
import type { ConversationView } from '../../events/server-frames.ts';
import { blockPerson } from '../../shared/blocks/block-person.ts';
import { showSilence } from '../../shared/blocks/show-silence.ts';
import type { Changed } from '../../shared/conversations/change-conversation.ts';
import { viewConversation } from '../../shared/conversations/view-conversations.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { acceptInvite } from '../../shared/invites/accept-invite.ts';
import { announceInvite } from '../../shared/invites/announce-invite.ts';
import { declineInvite } from '../../shared/invites/decline-invite.ts';
import { acceptInviteLink, previewInviteLink } from '../../shared/invites/follow-link.ts';
import { listInviteLinks, makeInviteLink, removeInviteLink } from '../../shared/invites/invite-links.ts';
import { invitePerson } from '../../shared/invites/invite-person.ts';
import { conversationInvites, pendingInvites } from '../../shared/invites/list-invites.ts';
import { withdrawInvite } from '../../shared/invites/withdraw-invite.ts';
import { submitReport } from '../../shared/moderation/submit-report.ts';
import { conversationChanging } from '../lib/conversation-changes.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/invites');
const changes = conversationChanging(env);
const all = {
  ...changes.changing,
  ...changes.pushing,
  invites: deps.invites(env),
  silence: deps.silence(env),
  messages: deps.messages(env),
  reports: deps.reports(env),
};

type Path = Readonly<Record<string, string | undefined>>;

export const handler = httpHandler(
  {
    'POST /conversations/{id}/invites': {
      action: 'invite.create',
      async run({ body, path, identity }) {
        const { view, created } = await invitePerson(identity.userId, conversationIn(path), body, all);
        return { status: created ? 201 : 200, body: view };
      },
    },

    'GET /conversations/{id}/invites': {
      async run({ path, identity }) {
        const invites = await conversationInvites(identity.userId, conversationIn(path), all);
        return { status: 200, body: { invites } };
      },
    },

    'DELETE /conversations/{id}/invites/{user_id}': {
      action: 'conversation.change',
      async run({ path, identity }) {
        // Nobody can be invited under what is no id: the right to ask is looked at all the same.
        const invited = userId.safeParse(path.user_id).data ?? '';
        await withdrawInvite(identity.userId, conversationIn(path), invited, all);
        return { status: 204 };
      },
    },

    'GET /me/invites': {
      async run({ identity }) {
        return { status: 200, body: { invites: await pendingInvites(identity.userId, all) } };
      },
    },

    'POST /me/invites/{convo_id}/accept': {
      action: 'conversation.join',
      async run({ path, identity }) {
        const convoId = idIn(path.convo_id, 'invite.not_found');
        const accepted = await acceptInvite(identity.userId, convoId, all);
        if (accepted === 'unchanged') return { status: 200, body: await seen(identity.userId, convoId) };
        const { changed, invite } = accepted;
        await announceInvite(invite, 'accepted', changed.change.after, all);
        return { status: 200, body: await seen(identity.userId, convoId, changed) };
      },
    },

    'POST /me/invites/{convo_id}/decline': {
      action: 'conversation.change',
      async run({ body, path, identity }) {
        const convoId = idIn(path.convo_id, 'invite.not_found');
        await declineInvite(identity.userId, convoId, body, { ...all, block, report });
        return { status: 204 };
      },
    },

    'POST /conversations/{id}/invite-links': {
      action: 'invite.create',
      async run({ body, path, identity }) {
        return {
          status: 201,
          body: await makeInviteLink(identity.userId, conversationIn(path), body, all),
        };
      },
    },

    'GET /conversations/{id}/invite-links': {
      async run({ path, identity }) {
        const links = await listInviteLinks(identity.userId, conversationIn(path), all);
        return { status: 200, body: { links } };
      },
    },

    'DELETE /conversations/{id}/invite-links/{link_id}': {
      action: 'conversation.change',
      async run({ path, identity }) {
        await removeInviteLink(identity.userId, conversationIn(path), path.link_id ?? '', all);
        return { status: 204 };
      },
    },

    'GET /invite-links/{token}': {
      action: 'invite.look',
      async run({ path }) {
        return { status: 200, body: await previewInviteLink(path.token ?? '', all) };
      },
    },

    'POST /invite-links/{token}/accept': {
      action: 'conversation.join',
      async run({ path, identity }) {
        const { convoId, changed } = await acceptInviteLink(identity.userId, path.token ?? '', all);
        return { status: 200, body: await seen(identity.userId, convoId, changed) };
      },
    },
  },
  deps.authentication(env),
);

/** A conversation as somebody sees it who is in it now, once everybody has heard of that. */
async function seen(
  reader: string,
  convoId: string,
  changed: Changed | 'unchanged' = 'unchanged',
): Promise<ConversationView> {
  await changes.tell(changed);
  return await viewConversation(reader, convoId, all);
}

async function block(blocker: string, blocked: string): Promise<void> {
  await blockPerson(blocker, blocked, all);
  await showSilence(blocker, blocked, all);
}

async function report(reporter: string, request: Parameters<typeof submitReport>[1]): Promise<void> {
  await submitReport(reporter, request, all);
}

function conversationIn(path: Path): string {
  return idIn(path.id, 'conversation.not_found');
}

/** Text that cannot be an id answers as a missing object does: nothing is told apart. */
function idIn(text: string | undefined, code: ErrorCode): string {
  const parsed = conversationId.safeParse(text);
  if (!parsed.success) throw new AppError(code);
  return parsed.data;
}
