/** $default: a frame that is no JSON object, or names no action that there is. */
import * as z from 'zod/mini';
import { AppError } from '../../shared/errors.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { frameHandler } from '../lib/ws.ts';
import { webSocketRoutes } from '../routes.ts';

const gateway = deps.sockets(environment('ws/reject-frame'));
const actions = webSocketRoutes.map(({ routeKey }) => routeKey).filter((key) => !key.startsWith('$'));

/** It reads nothing and changes nothing, so it need not know whose frame it refuses. */
const nobody = { identify: async () => ({ userId: '', sessionId: '' }) };

export const handler = frameHandler(z.looseObject({}), { gateway, connections: nobody }, async () => {
  throw new AppError('frame.unknown_action', `action: one of ${actions.join(', ')}`);
});
