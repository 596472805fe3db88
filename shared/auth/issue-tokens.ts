import type { TokensResponse } from '../../events/account-contracts.ts';
import type { Clock } from '../clock.ts';
import { limits } from '../limits.ts';
import { meView, type UserProfile } from '../users/user.ts';
import { type Identity, signAccessToken } from './access-token.ts';
import { refreshToken } from './session.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface TokenDeps {
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly clock: Clock;
}

/** What register, login and refresh answer. */
export async function issueTokens(
  profile: UserProfile,
  identity: Identity,
  refreshSecret: string,
  deps: TokenDeps,
): Promise<TokensResponse> {
  return {
    user: meView(profile),
    access_token: await signAccessToken(identity, deps),
    refresh_token: refreshToken(identity, refreshSecret),
    expires_in: limits.accessTokenTtlSeconds,
    session_id: identity.sessionId,
  };
}
