/** Tells a notice to the members of a conversation, or to everybody who is connected, step by step. */
import { noticePublished } from '../../events/notice-published.ts';
import { tellNotice } from '../../shared/notices/tell-notice.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { queueBatch } from '../lib/queue-batch.ts';

const env = environment('consumers/publish-notices');
const tellDeps = {
  notices: deps.notices(env),
  queue: deps.noticeQueue(env),
  conversations: deps.conversations(env),
  connections: deps.connections(env),
  everybody: deps.allConnections(env),
  gateway: deps.sockets(env),
};

export const handler = queueBatch(noticePublished, {
  describe: ({ notice, audience }) => ({ notice_id: notice.notice_id, audience: audience.kind }),
  run: async (event) => ({ ...(await tellNotice(event, tellDeps)) }),
});
