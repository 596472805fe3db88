import type { SecondFactorRequired, TokensResponse } from '../../events/account-contracts.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import { checkCode } from '../codes/check-code.ts';
import type { CodeStore } from '../codes/code-store.ts';
import { AppError } from '../errors.ts';
import { endingSessions, notifyOwner, type Warn } from './account-changes.ts';
import type { AccountStore, Address } from './account-store.ts';
import { openSession, type SignInDeps, signIn } from './open-session.ts';
import type { Device, SessionStore } from './session.ts';

export interface LogInByCodeDeps extends SignInDeps {
  readonly accounts: Pick<AccountStore, 'holder' | 'reclaim'>;
  readonly codes: CodeStore;
  readonly sessions: Pick<SessionStore, 'add' | 'list'>;
  readonly events: AccountEvents;
  readonly warn: Warn;
}

const refusal = 'auth.code_invalid';

/**
 * Signs in with a code that went to an address. Where the account had only named the address, the code is the first proof
 * of whose it is, and it came from outside of the account: password, second factor and number that were set before go, and
 * every session ends, for somebody else may have set a trap (ASVS 6.3.8, account pre-hijacking).
 * Throws `auth.code_invalid`.
 */
export async function logInByCode(
  answer: { to: Address; challengeId: string; code: string; device: Device },
  deps: LogInByCodeDeps,
): Promise<TokensResponse | SecondFactorRequired> {
  const { to, challengeId, code, device } = answer;
  const { userId } = await checkCode({ purpose: 'login', to, userId: null, challengeId, code }, deps);
  // The address may have changed hands since the code was sent.
  const holder = await deps.accounts.holder(to);
  if (holder?.userId !== userId) throw new AppError(refusal);
  if (!holder.verified) {
    await takeOver(userId, to, deps);
    return await openSession(userId, { device, refusal }, deps);
  }
  const { passwordHash } = holder;
  // Not to prove it: a reset that runs at this moment must not leave this session behind.
  const checked = passwordHash === undefined ? undefined : { passwordHash };
  return await signIn(userId, { device, checked, refusal }, deps);
}

async function takeOver(userId: string, to: Address, deps: LogInByCodeDeps): Promise<void> {
  const change = { passwordHash: undefined, forgetFactors: true };
  const ended = await endingSessions(
    userId,
    undefined,
    () => deps.accounts.reclaim(userId, to, change),
    deps,
  );
  if (!ended) throw new AppError(refusal);
  await notifyOwner('account_reclaimed', { userId, email: to.address }, deps);
}
