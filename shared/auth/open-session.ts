import type { SecondFactorRequired, TokensResponse } from '../../events/account-contracts.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { Ids } from '../ids.ts';
import type { UserStore } from '../users/user-store.ts';
import { issueTokens, type TokenDeps } from './issue-tokens.ts';
import type { SecondFactorCheck } from './second-factor.ts';
import { type Device, newSession, type SessionStore } from './session.ts';

export interface OpenSessionDeps extends TokenDeps {
  readonly sessions: Pick<SessionStore, 'add'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly ids: Ids;
}

interface Proof {
  readonly device: Device;
  /** The password that was checked: no session of it opens after it was changed. */
  readonly checked?: { readonly passwordHash: string } | undefined;
  /** Said when the account is gone, or has another password by now. */
  readonly refusal?: ErrorCode;
}

/** Opens a session for somebody who has proven who they are. Throws `auth.invalid_credentials`, or the given refusal. */
export async function openSession(
  userId: string,
  { device, checked, refusal = 'auth.invalid_credentials' }: Proof,
  deps: OpenSessionDeps,
): Promise<TokensResponse> {
  const profile = await deps.users.get(userId);
  if (!profile || profile.deletedAt !== undefined) throw new AppError(refusal);
  const identity = { userId, sessionId: deps.ids.session() };
  const refreshSecret = deps.ids.secret();
  const session = newSession(identity, refreshSecret, deps.clock.now(), device);
  if (!(await deps.sessions.add(session, checked))) throw new AppError(refusal);
  return await issueTokens(profile, identity, refreshSecret, deps);
}

export interface SignInDeps extends OpenSessionDeps {
  readonly secondFactor: SecondFactorCheck;
}

/** As openSession, after a first factor: an account with a second one gets a challenge in place of tokens. */
export async function signIn(
  userId: string,
  proof: Proof,
  deps: SignInDeps,
): Promise<TokensResponse | SecondFactorRequired> {
  return (
    (await deps.secondFactor.challenge(userId, proof.checked)) ?? (await openSession(userId, proof, deps))
  );
}
