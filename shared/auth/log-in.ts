import type { LoginRequest, SecondFactorRequired, TokensResponse } from '../../events/account-contracts.ts';
import { AppError } from '../errors.ts';
import { type FailureKind, limits } from '../limits.ts';
import { networkOf } from '../network.ts';
import { foldCase } from '../text.ts';
import type { AccountStore } from './account-store.ts';
import type { Failures } from './failures.ts';
import { type SignInDeps, signIn } from './open-session.ts';
import { hashPassword, needsRehash, unmatchableHash, verifyPassword } from './password.ts';
import type { Device } from './session.ts';

interface LogInDeps extends SignInDeps {
  readonly accounts: Pick<AccountStore, 'candidates' | 'rehash'>;
  readonly failures: Failures;
}

/**
 * Signs in with a password. Throws `auth.invalid_credentials`, the same and after the same work whether the address or
 * the password is wrong (ASVS 6.3.8); `rate_limited` after too many failures, before the password is looked at.
 */
export async function logIn(
  { email, password, device }: LoginRequest & { device: Device & { ip: string } },
  deps: LogInDeps,
): Promise<TokensResponse | SecondFactorRequired> {
  const address = addressKey(email);
  const guesses = guessesOf(address, device.ip);
  await countAhead(guesses, deps.failures);
  const account = await matchingAccount(address, password, deps.accounts);
  if (!account) throw new AppError('auth.invalid_credentials');
  await forgive(guesses, deps.failures);
  const checked = { passwordHash: await presentHash(account, password, deps.accounts) };
  return await signIn(account.userId, { device, checked }, deps);
}

/** The hash that the account has from now on: a better one, where the stored one has yesterday's parameters. */
async function presentHash(
  { userId, passwordHash }: { userId: string; passwordHash: string },
  password: string,
  accounts: LogInDeps['accounts'],
): Promise<string> {
  if (!needsRehash(passwordHash)) return passwordHash;
  const better = await hashPassword(password);
  await accounts.rehash(userId, passwordHash, better);
  return better;
}

/** No account has an address that is longer once it is folded, and no key of DynamoDB would take it. */
function addressKey(email: string): string {
  const folded = foldCase(email);
  return folded.length <= limits.emailMaxChars ? folded : '';
}

/** Whoever may have the address is checked, and always two hashes: nobody learns from the time how many there are. */
async function matchingAccount(address: string, password: string, accounts: LogInDeps['accounts']) {
  const candidates = await accounts.candidates(address);
  const nobody = await unmatchableHash();
  const checks = await Promise.all(
    [candidates[0], candidates[1]].map(async (candidate) => {
      const matches = await verifyPassword(password, candidate?.passwordHash ?? nobody);
      if (!matches || candidate?.passwordHash === undefined) return undefined;
      return { userId: candidate.userId, passwordHash: candidate.passwordHash };
    }),
  );
  return checks.find((account) => account !== undefined);
}

type Guess = readonly [kind: FailureKind, subject: string];

function guessesOf(address: string, ip: string): readonly Guess[] {
  const network = networkOf(ip);
  return [
    ['login.pair', JSON.stringify([address, network])],
    ['login.account', address],
    ['login.ip', network],
  ];
}

/** One guess counts three times, or not at all: who may not guess makes nobody else wait longer. */
async function countAhead(guesses: readonly Guess[], failures: Failures): Promise<void> {
  for (const [index, [kind, subject]] of guesses.entries()) {
    try {
      await failures.attempt(kind, subject);
    } catch (error) {
      await Promise.all(guesses.slice(0, index).map((counted) => failures.takeBack(...counted)));
      throw error;
    }
  }
}

/** Of an IP only this one attempt: else who guesses at others could start anew with a sign-in of their own. */
async function forgive(guesses: readonly Guess[], failures: Failures): Promise<void> {
  await Promise.all(
    guesses.map(([kind, subject]) =>
      kind === 'login.ip' ? failures.takeBack(kind, subject) : failures.succeeded(kind, subject),
    ),
  );
}
