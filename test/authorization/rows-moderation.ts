/** Reports, and what only administrators may: nobody here is one, and to them there is nothing there. */
import { conversations, refusedBut } from './objects.ts';
import type { HttpRow } from './rows.ts';

export const moderationRoutes = {
  'POST /reports': {
    objects: conversations,
    request: (convo_id) => ({ body: { convo_id, seq_no: 1, category: 'spam' } }),
    outcomes: {
      ...refusedBut({ own: 202, left: 202 }, 'conversation.not_found'),
      malformed: 'request.invalid',
      'of another type': 'request.invalid',
    },
  },
  'GET /admin/reports': { request: () => ({}), outcome: 'request.not_found' },
  'PATCH /admin/reports/{id}': {
    request: () => ({ path: { id: 'r_nothing' }, body: { status: 'dismissed' } }),
    outcome: 'request.not_found',
  },
} as const satisfies Record<string, HttpRow>;
