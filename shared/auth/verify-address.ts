import type { AccountEvents } from '../account-events/account-events.ts';
import type { Clock } from '../clock.ts';
import { checkCode } from '../codes/check-code.ts';
import type { CodeStore } from '../codes/code-store.ts';
import { AppError } from '../errors.ts';
import { foldCase } from '../text.ts';
import type { UserProfile } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Identity } from './access-token.ts';
import { notifyOwner, type Warn } from './account-changes.ts';
import type { AccountStore, Address } from './account-store.ts';

export interface VerifyAddressDeps {
  readonly accounts: Pick<AccountStore, 'verify'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly events: AccountEvents;
  readonly warn: Warn;
}

/**
 * Gives the account an address that its owner has just proven with a code, and answers the profile with it. A proven
 * address that it had before is told of it (ASVS 6.3.7). Throws `auth.code_invalid` when somebody else was first.
 */
export async function verifyAddress(
  identity: Identity,
  to: Address,
  deps: VerifyAddressDeps,
): Promise<UserProfile> {
  const before = await deps.users.get(identity.userId);
  if (!before || !(await deps.accounts.verify(identity, to))) throw new AppError('auth.code_invalid');
  if (before.emailVerified && isNew(to, before)) await notifyOwner('address_added', before, deps);
  return to.channel === 'email'
    ? { ...before, email: to.address, emailVerified: true }
    : { ...before, phone: to.address };
}

function isNew({ channel, address }: Address, { email, phone }: UserProfile): boolean {
  return channel === 'email' ? foldCase(address) !== foldCase(email) : address !== phone;
}

/** The same with the code still to be checked. Throws `auth.code_invalid`, and then nothing has changed. */
export async function verifyAddressByCode(
  identity: Identity,
  { to, challengeId, code }: { to: Address; challengeId: string; code: string },
  deps: VerifyAddressDeps & { codes: CodeStore; clock: Clock },
): Promise<UserProfile> {
  const { userId } = identity;
  await checkCode({ purpose: 'verify', to, userId, challengeId, code }, deps);
  return await verifyAddress(identity, to, deps);
}
