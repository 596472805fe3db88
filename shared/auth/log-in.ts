import type { LoginRequest, TokensResponse } from '../../events/http-contracts.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import type { UserStore } from '../users/user-store.ts';
import type { AccountStore } from './account-store.ts';
import { issueTokens, type TokenDeps } from './issue-tokens.ts';
import { unmatchableHash, verifyPassword } from './password.ts';
import { newSession, type SessionStore } from './session.ts';

/**
 * Opens a new session. Throws `auth.invalid_credentials`, the same and after the same work whether the address or
 * the password is wrong (ASVS 6.3.8).
 */
export async function logIn(
  request: LoginRequest,
  deps: TokenDeps & { accounts: AccountStore; sessions: SessionStore; users: UserStore; ids: Ids },
): Promise<TokensResponse> {
  const credentials = await deps.accounts.findByEmail(request.email);
  const matches = await verifyPassword(
    request.password,
    credentials?.passwordHash ?? (await unmatchableHash()),
  );
  if (!credentials || !matches) throw new AppError('auth.invalid_credentials');
  const profile = await deps.users.get(credentials.userId);
  if (!profile) throw new AppError('auth.invalid_credentials');

  const identity = { userId: credentials.userId, sessionId: deps.ids.session() };
  const refreshSecret = deps.ids.secret();
  await deps.sessions.add(newSession(identity, refreshSecret, deps.clock.now()));
  return await issueTokens(profile, identity, refreshSecret, deps);
}
