/** Notices: one's own, and publishing, which only administrators may; to others there is nothing there. */
import type { HttpRow } from './rows.ts';

const missing = async () => 'n_00000000000000000000000000';
const body = { audience: { kind: 'everybody' }, code: 'notice.text', params: { text: 'hello' } };

export const noticeRoutes = {
  'GET /notices': { request: () => ({}), outcome: 200 },
  'POST /notices/{id}/dismiss': {
    objects: { missing, malformed: async () => '../x' },
    request: (id) => ({ path: { id } }),
    outcomes: { missing: 'notice.not_found', malformed: 'notice.not_found' },
  },
  'POST /admin/notices': { request: () => ({ body }), outcome: 'request.not_found' },
  'DELETE /admin/notices/{id}': {
    request: () => ({ path: { id: 'n_nothing' } }),
    outcome: 'request.not_found',
  },
} as const satisfies Record<string, HttpRow>;
