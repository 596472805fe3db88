/** Conversations and their history. Foreign and missing ones look alike. */
import { conversationId } from '../../events/client-frames.ts';
import { systemClock } from '../../shared/clock.ts';
import { announceConversation } from '../../shared/conversations/announce-conversation.ts';
import { openConversation } from '../../shared/conversations/open-conversation.ts';
import { listConversations, viewConversation } from '../../shared/conversations/view-conversations.ts';
import { AppError } from '../../shared/errors.ts';
import { randomIds } from '../../shared/ids.ts';
import { readHistory } from '../../shared/messages/read-history.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/conversations');
const stores = {
  conversations: deps.conversations(env),
  users: deps.users(env),
  messages: deps.messages(env),
};
const blocks = deps.blocks(env);
const pushDeps = { connections: deps.connections(env), gateway: deps.sockets(env) };

export const handler = httpHandler(
  {
    'POST /conversations': {
      action: 'conversation.create',
      async run({ body, identity }) {
        const opened = await openConversation(identity.userId, body, {
          ...stores,
          blocks,
          ids: randomIds,
          clock: systemClock,
        });
        const conversation = await viewConversation(identity.userId, opened.conversation.convoId, stores);
        if (opened.created) await announceConversation(opened, { ...pushDeps, users: stores.users });
        return { status: opened.created ? 201 : 200, body: conversation };
      },
    },

    'GET /conversations': {
      async run({ query, identity }) {
        return { status: 200, body: await listConversations(identity.userId, query, stores) };
      },
    },

    'GET /conversations/{id}': {
      async run({ path, identity }) {
        return { status: 200, body: await viewConversation(identity.userId, idOf(path), stores) };
      },
    },

    'GET /conversations/{id}/messages': {
      async run({ path, query, identity }) {
        return { status: 200, body: await readHistory(identity.userId, idOf(path), query, stores) };
      },
    },
  },
  deps.authentication(env),
);

/** The id in the path. Text that cannot be one answers as a missing conversation does: nothing is told apart. */
function idOf(path: Readonly<Record<string, string | undefined>>): string {
  const parsed = conversationId.safeParse(path.id);
  if (!parsed.success) throw new AppError('conversation.not_found');
  return parsed.data;
}
