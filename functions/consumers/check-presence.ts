/** Somebody's last connection ended a while ago, or they hid or left → what others are to see of them now. */
import { presenceCheck } from '../../events/presence-check.ts';
import { checkPresence } from '../../shared/presence/check-presence.ts';
import { environment } from '../lib/environment.ts';
import { presenceDeps } from '../lib/presence-deps.ts';
import { queueBatch } from '../lib/queue-batch.ts';

const useCases = presenceDeps(environment('consumers/check-presence'));

export const handler = queueBatch(presenceCheck, {
  describe: ({ user_id }) => ({ user_id }),
  run: async ({ user_id }, { messageId }) => ({ outcome: await checkPresence(user_id, messageId, useCases) }),
});
