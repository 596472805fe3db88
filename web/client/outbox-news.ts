import * as z from 'zod/mini';
import { messageView } from '../../events/http-contracts.ts';
import { confirmedChange } from './message-changes.ts';

/** What a tab tells the others after it changed the shared outbox. */
const outboxNews = z.object({
  topic: z.literal('outbox'),
  user_id: z.string(),
  /** A message that has just left the outbox because the server has it. */
  persisted: z.optional(z.extend(messageView, { provisional: z.optional(z.literal(true)) })),
  /** The same of a change. */
  changed: z.optional(z.extend(confirmedChange, { convo_id: z.string() })),
});

export type OutboxNews = z.infer<typeof outboxNews>;

/** Undefined for anything else that is said between tabs, and for the outbox of another person. */
export function readOutboxNews(message: unknown, userId: string): OutboxNews | undefined {
  const parsed = outboxNews.safeParse(message);
  return parsed.success && parsed.data.user_id === userId ? parsed.data : undefined;
}
