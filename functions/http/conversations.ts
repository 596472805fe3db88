/** Conversations, their history and its changes. Foreign and missing ones look alike. */
import { conversationId } from '../../events/client-frames.ts';
import { querySeq } from '../../events/fields.ts';
import { systemClock } from '../../shared/clock.ts';
import { announceConversation } from '../../shared/conversations/announce-conversation.ts';
import { openConversation } from '../../shared/conversations/open-conversation.ts';
import { readReceipts } from '../../shared/conversations/read-receipts.ts';
import { listConversations, viewConversation } from '../../shared/conversations/view-conversations.ts';
import { AppError } from '../../shared/errors.ts';
import { randomIds } from '../../shared/ids.ts';
import { readChanges } from '../../shared/messages/read-changes.ts';
import { readHistory } from '../../shared/messages/read-history.ts';
import { readPins } from '../../shared/messages/read-pins.ts';
import { readVersions } from '../../shared/messages/read-versions.ts';
import { submitAdmittedMessage } from '../../shared/messages/submit-message.ts';
import { listThreads } from '../../shared/threads/list-threads.ts';
import { readThread } from '../../shared/threads/read-thread.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';
import { addToLogLine } from '../lib/log.ts';

const env = environment('http/conversations');
const stores = {
  conversations: deps.conversations(env),
  users: deps.users(env),
  messages: deps.messages(env),
  threads: deps.threads(env),
  threadMarks: deps.threadMarks(env),
};
const blocks = deps.blocks(env);
const silence = deps.silence(env);
const queue = deps.messageQueue(env);
const pushDeps = { connections: deps.connections(env), gateway: deps.sockets(env) };

export const handler = httpHandler(
  {
    'POST /conversations': {
      action: 'conversation.create',
      async run({ body, identity }) {
        const opened = await openConversation(identity.userId, body, {
          ...stores,
          blocks,
          silence,
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

    'POST /conversations/{id}/messages': {
      action: 'message.send',
      async run({ body, path, identity, idempotencyKey, requestId, receivedAtMs }) {
        const { client_msg_id = idempotencyKey } = body;
        if (client_msg_id === undefined) throw new AppError('request.invalid', 'client_msg_id: is missing');
        const frame = { ...body, client_msg_id, convo_id: idOf(path) };
        const { convo_id } = frame;
        addToLogLine({ stage: 'accepted', convo_id, client_msg_id });
        await submitAdmittedMessage(
          { frame, identity, connectionId: '', requestId, receivedAtMs },
          { ...stores, blocks, queue },
        );
        return { status: 202, body: { status: 'accepted', client_msg_id } };
      },
    },

    'GET /conversations/{id}/messages/{seq_no}/versions': {
      async run({ path, identity }) {
        const convoId = idOf(path);
        return { status: 200, body: await readVersions(identity.userId, convoId, seqOf(path), stores) };
      },
    },

    'GET /conversations/{id}/changes': {
      async run({ path, query, identity }) {
        return { status: 200, body: await readChanges(identity.userId, idOf(path), query, stores) };
      },
    },

    'GET /conversations/{id}/pins': {
      async run({ path, identity }) {
        return { status: 200, body: await readPins(identity.userId, idOf(path), stores) };
      },
    },

    'GET /conversations/{id}/receipts': {
      async run({ path, identity }) {
        return { status: 200, body: await readReceipts(identity.userId, idOf(path), stores) };
      },
    },

    'GET /conversations/{id}/threads': {
      async run({ path, query, identity }) {
        return { status: 200, body: await listThreads(identity.userId, idOf(path), query, stores) };
      },
    },

    'GET /conversations/{id}/threads/{seq_no}': {
      async run({ path, query, identity }) {
        const range = { ...query, seq: seqOf(path) };
        return { status: 200, body: await readThread(identity.userId, idOf(path), range, stores) };
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

/** The number in the path. Text that cannot be one is the number of no message. */
function seqOf(path: Readonly<Record<string, string | undefined>>): number {
  const parsed = querySeq.safeParse(path.seq_no);
  return parsed.success ? parsed.data : 0;
}
