/** Threads, and how far somebody has read them. Whose messages they may hold is seen behind the queue: test/flows/threads.test.ts. */
import { conversations, frameOutcomes, readingOfMessages, refusedBut } from './objects.ts';
import type { FrameRow, ObjectRow } from './rows.ts';

export const threadRoutes = {
  'GET /conversations/{id}/threads': {
    objects: conversations,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 200, left: 200 }, 'conversation.not_found'),
  },
  'GET /conversations/{id}/threads/{seq_no}': readingOfMessages,
} as const satisfies Record<string, ObjectRow>;

const ofConversation = (more: Readonly<Record<string, unknown>>): FrameRow => ({
  objects: conversations,
  request: (convo_id) => ({ convo_id, ...more }),
  outcomes: frameOutcomes,
});

export const threadFrames = {
  'thread.read': ofConversation({ thread: 1, thread_seq: 0 }),
  'threads.read': ofConversation({ seq_no: 2 }),
};
