/** Who is in a conversation, what it is called, and the directory of rooms. Foreign and missing ones look alike. */
import { conversationId, userId } from '../../events/client-frames.ts';
import { pushToUsers } from '../../shared/connections/push.ts';
import { banPerson, liftBan } from '../../shared/conversations/ban-person.ts';
import { leaveConversation } from '../../shared/conversations/leave-conversation.ts';
import { muteConversation } from '../../shared/conversations/mute-conversation.ts';
import { memberView, putMember } from '../../shared/conversations/put-member.ts';
import { removeMember } from '../../shared/conversations/remove-member.ts';
import { updateConversation } from '../../shared/conversations/update-conversation.ts';
import { viewConversation } from '../../shared/conversations/view-conversations.ts';
import { viewBans, viewMembers } from '../../shared/conversations/view-members.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { joinRoom } from '../../shared/rooms/join-room.ts';
import { listRooms } from '../../shared/rooms/list-rooms.ts';
import { conversationChanging } from '../lib/conversation-changes.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/memberships');
const { changing, pushing, tell } = conversationChanging(env);
const directory = deps.roomDirectory(env);

export const handler = httpHandler(
  {
    'PATCH /conversations/{id}': {
      action: 'conversation.change',
      async run({ path, body, identity }) {
        const convoId = idOf(path);
        await updateConversation(identity.userId, convoId, body, { ...changing, tell });
        return { status: 200, body: await viewConversation(identity.userId, convoId, changing) };
      },
    },

    'GET /conversations/{id}/members': {
      async run({ path, query, identity }) {
        return { status: 200, body: await viewMembers(identity.userId, idOf(path), query, changing) };
      },
    },

    'PUT /conversations/{id}/members/{user_id}': {
      action: 'conversation.change',
      async run({ path, body, identity }) {
        const wish = { convoId: idOf(path), userId: personIn(path, 'user.not_found'), role: body.role };
        const { changed, ...member } = await putMember(identity.userId, wish, changing);
        await tell(changed);
        const isNew = changed !== 'unchanged' && changed.change.joined !== undefined;
        return { status: isNew ? 201 : 200, body: memberView(member) };
      },
    },

    'DELETE /conversations/{id}/members/{user_id}': {
      action: 'conversation.change',
      async run({ path, identity }) {
        const who = personIn(path, 'member.not_found');
        await tell(await removeMember(identity.userId, idOf(path), who, changing));
        return { status: 204 };
      },
    },

    'POST /conversations/{id}/join': {
      action: 'conversation.join',
      async run({ path, identity }) {
        const convoId = idOf(path);
        await tell(await joinRoom(identity.userId, convoId, changing));
        return { status: 200, body: await viewConversation(identity.userId, convoId, changing) };
      },
    },

    'POST /conversations/{id}/leave': {
      action: 'conversation.change',
      async run({ path, identity }) {
        await tell(await leaveConversation(identity.userId, idOf(path), changing));
        return { status: 204 };
      },
    },

    'GET /conversations/{id}/bans': {
      async run({ path, identity }) {
        return { status: 200, body: await viewBans(identity.userId, idOf(path), changing) };
      },
    },

    'PUT /conversations/{id}/bans/{user_id}': {
      action: 'conversation.change',
      async run({ path, body, identity }) {
        const who = { convoId: idOf(path), userId: personIn(path, 'user.not_found') };
        await tell(await banPerson(identity.userId, who, body, changing));
        return { status: 204 };
      },
    },

    'DELETE /conversations/{id}/bans/{user_id}': {
      action: 'conversation.change',
      async run({ path, identity }) {
        // Whoever cannot be anybody is not banned.
        const who = { convoId: idOf(path), userId: userId.safeParse(path.user_id).data ?? '' };
        await tell(await liftBan(identity.userId, who, changing));
        return { status: 204 };
      },
    },

    'PUT /conversations/{id}/mute': {
      action: 'conversation.change',
      async run({ path, body, identity }) {
        return { status: 200, body: await mute(identity.userId, idOf(path), body.until) };
      },
    },

    'DELETE /conversations/{id}/mute': {
      action: 'conversation.change',
      async run({ path, identity }) {
        return { status: 200, body: await mute(identity.userId, idOf(path), undefined) };
      },
    },

    'GET /rooms': {
      action: 'room.search',
      async run({ query, identity }) {
        const body = await listRooms(identity.userId, query, { ...changing, directory });
        return { status: 200, body };
      },
    },
  },
  deps.authentication(env),
);

/** All devices of the person show it so. */
async function mute(caller: string, convoId: string, until: string | null | undefined) {
  await muteConversation(caller, convoId, until, changing);
  const conversation = await viewConversation(caller, convoId, changing);
  await pushToUsers([caller], [{ type: 'conversation.update', conversation }], pushing);
  return conversation;
}

/** The id in the path. Text that cannot be one answers as a missing conversation does: nothing is told apart. */
function idOf(path: Readonly<Record<string, string | undefined>>): string {
  const parsed = conversationId.safeParse(path.id);
  if (!parsed.success) throw new AppError('conversation.not_found');
  return parsed.data;
}

/** The person in the path. Text that cannot be one is nobody. */
function personIn(path: Readonly<Record<string, string | undefined>>, absent: ErrorCode): string {
  const parsed = userId.safeParse(path.user_id);
  if (!parsed.success) throw new AppError(absent);
  return parsed.data;
}
