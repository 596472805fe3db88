import { AppError } from '../errors.ts';
import { foldCase } from '../text.ts';
import type { UserStore } from '../users/user-store.ts';

/** Those who run a deployment, by their addresses in the form in which addresses are compared. */
export type AdminAddresses = ReadonlySet<string>;

export interface AdminDeps {
  readonly users: Pick<UserStore, 'get'>;
  readonly admins: AdminAddresses;
}

/** @param list addresses, separated by commas; empty: nobody. */
export function adminAddresses(list: string): AdminAddresses {
  const addresses = list.split(',').map((address) => foldCase(address.trim()));
  return new Set(addresses.filter((address) => address !== ''));
}

/**
 * Throws `request.not_found` for everybody but those who run this: to others there is nothing there. An address counts
 * when it is proven: the profile says so in the transaction that makes the address the account's, and nobody else can have
 * it from then on (docs/adr/0007-who-owns-an-address.md). One consistent read of one profile; none when nobody is named.
 */
export async function assertAdmin(
  { userId }: { userId: string },
  { users, admins }: AdminDeps,
): Promise<void> {
  const profile = admins.size > 0 ? await users.get(userId) : undefined;
  const isAdmin =
    profile !== undefined &&
    profile.deletedAt === undefined &&
    profile.emailVerified &&
    admins.has(foldCase(profile.email));
  if (!isAdmin) throw new AppError('request.not_found');
}
