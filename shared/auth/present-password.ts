import { AppError } from '../errors.ts';
import type { Credentials } from './account-store.ts';
import type { Failures } from './failures.ts';
import { verifyPassword } from './password.ts';

/**
 * Somebody who is signed in shows that they know the password, too. Guesses count per account, and apart from those at the
 * sign-in: whoever found an open session must not be able to make its owner wait at the door.
 * Throws `auth.invalid_credentials`, also where there is no password, and `rate_limited` after too many guesses.
 */
export async function checkPresentPassword(
  { userId, passwordHash }: Credentials,
  password: string,
  deps: { failures: Failures },
): Promise<void> {
  if (passwordHash === undefined) throw new AppError('auth.invalid_credentials');
  const subject = JSON.stringify([userId, 'present password']);
  await deps.failures.attempt('login.pair', subject);
  if (!(await verifyPassword(password, passwordHash))) throw new AppError('auth.invalid_credentials');
  await deps.failures.succeeded('login.pair', subject);
}
