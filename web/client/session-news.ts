import * as z from 'zod/mini';
import type { SessionEnd } from './problem-error.ts';

/** What a tab tells the others when it learns that the session is over: they see it go, but not why. */
const sessionNews = z.object({
  topic: z.literal('session'),
  session_id: z.string(),
  end: z.enum(['ended', 'lapsed', 'erased']),
});

/** Why nobody is signed in any more, where it was not this person's own click on "Sign out". */
export type SignedOutReason = SessionEnd | 'erased';
export type SessionNews = z.infer<typeof sessionNews>;

/** Undefined for anything else that is said between tabs. */
export function readSessionNews(message: unknown): SessionNews | undefined {
  const parsed = sessionNews.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
