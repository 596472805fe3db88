/**
 * Somebody's last connection ended a moment ago: see whether they are still gone. It waits in a standard queue, delayed
 * by the debounce; it may come twice.
 * Producer: functions/streams/presence. Consumer: functions/consumers/check-presence.
 * Every shape ever shipped stays readable: samples/presence-check.v*.json.
 */
import * as z from 'zod/mini';
import { userId } from './client-frames.ts';

export const presenceCheck = z.object({
  name: z.literal('presence.check'),
  version: z.literal(1),
  user_id: userId,
});

export type PresenceCheck = z.infer<typeof presenceCheck>;
