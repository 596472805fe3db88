import { type Clock, epochSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { type CodeSubject, codeHash, sameHash, subjectHash } from './code.ts';
import type { CodeStore } from './code-store.ts';

/**
 * Whom the right code proves, once: for `verify` the account that asked, for `login` and `reset` who held the address
 * when the code was sent (who acts on it makes sure that they still do). The try is counted before the code is looked at.
 * Throws `auth.code_invalid` for every other case, with one message: wrong, used, expired, replaced, another request's,
 * for another purpose, address or account, or no tries left.
 */
export async function checkCode(
  answer: CodeSubject & { readonly challengeId: string; readonly code: string },
  deps: { codes: CodeStore; clock: Clock },
): Promise<{ userId: string }> {
  const { purpose, to, challengeId, code } = answer;
  const subject = subjectHash({ purpose, to, userId: purpose === 'verify' ? answer.userId : null });
  const now = epochSeconds(deps.clock.now());
  const stored = await deps.codes.attempt(subject, sha256(challengeId), now);
  const isRight = stored !== undefined && sameHash(stored.codeHash, codeHash(challengeId, code));
  if (!isRight || stored.userId === undefined) throw new AppError('auth.code_invalid');
  if (!(await deps.codes.consume(subject, stored.codeHash))) throw new AppError('auth.code_invalid');
  return { userId: stored.userId };
}
