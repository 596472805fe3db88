/** GET /health: 200 when the system can serve. */
import { AppError } from '../../shared/errors.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const sessions = deps.sessions(environment('http/health'));
/** Nobody: looking whether they are signed in proves that the table answers. */
const nobody = { userId: 'health', sessionId: 'health' };

export const handler = httpHandler({
  'GET /health': {
    async run() {
      await sessions.isLive(nobody).catch((cause: unknown) => {
        throw new AppError('unavailable', undefined, { cause });
      });
      return { status: 200, body: { status: 'ok' } };
    },
  },
});
