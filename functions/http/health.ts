/** GET /health: 200 when the system can serve. */
import { AppError } from '../../shared/errors.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler, route } from '../lib/http.ts';

const publicKeys = deps.publicKeys(environment('http/health'));
/** A key that is never published: looking for it proves that the table answers. */
const probe = 'health';

export const handler = httpHandler({
  'GET /health': route({
    async run() {
      await publicKeys.get(probe).catch((cause: unknown) => {
        throw new AppError('unavailable', undefined, { cause });
      });
      return { status: 200, body: { status: 'ok' } };
    },
  }),
});
