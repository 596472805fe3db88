import type { RegisterRequest, TokensResponse } from '../../events/http-contracts.ts';
import { isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import type { AccountStore } from './account-store.ts';
import { issueTokens, type TokenDeps } from './issue-tokens.ts';
import { hashPassword } from './password.ts';
import { newSession } from './session.ts';

/**
 * Creates an account and signs it in.
 * Throws `auth.email_taken` or `auth.handle_taken`; then nothing was written.
 */
export async function register(
  request: RegisterRequest,
  deps: TokenDeps & { accounts: AccountStore; ids: Ids },
): Promise<TokensResponse> {
  const now = deps.clock.now();
  const identity = { userId: deps.ids.user(), sessionId: deps.ids.session() };
  const profile = {
    userId: identity.userId,
    handle: request.handle,
    displayName: request.display_name,
    email: request.email,
    createdAt: isoTime(now),
  };
  const refreshSecret = deps.ids.secret();
  const outcome = await deps.accounts.create({
    profile,
    passwordHash: await hashPassword(request.password),
    session: newSession(identity, refreshSecret, now),
  });
  if (outcome !== 'created') throw new AppError(`auth.${outcome}`);
  return await issueTokens(profile, identity, refreshSecret, deps);
}
