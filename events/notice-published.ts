/**
 * A notice that is kept already and is to be told: to the members of a conversation, or to everybody who is connected. It
 * waits in a standard queue and is worked off in steps: each step sends the next one.
 * Producers: functions/http/notices, functions/consumers/publish-notices. Consumer: functions/consumers/publish-notices.
 * Every shape ever shipped stays readable: samples/notice-published.v*.json.
 */
import * as z from 'zod/mini';
import { conversationId } from './client-frames.ts';
import { systemNotice } from './server-frames.ts';

export const noticePublished = z.object({
  name: z.literal('notice.published'),
  version: z.literal(1),
  notice: systemNotice,
  audience: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('conversation'), convo_id: conversationId }),
    z.object({ kind: z.literal('everybody') }),
  ]),
  /** It is taken back: whoever sees it is told to show it no more. */
  withdrawn: z.optional(z.literal(true)),
  /** Where this step begins; absent: at the beginning. */
  after: z.optional(z.string()),
});

export type NoticePublished = z.infer<typeof noticePublished>;
