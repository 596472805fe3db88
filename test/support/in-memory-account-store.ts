/** Accounts in memory; sessions are added to them alone, as in the Auth table. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccountStore, Address, Credentials } from '../../shared/auth/account-store.ts';
import { foldCase } from '../../shared/text.ts';
import type { UserProfile } from '../../shared/users/user.ts';
import type { InMemorySessions } from './in-memory-session-store.ts';
import type { InMemoryUsers } from './in-memory-user-store.ts';

interface Account extends Credentials {
  readonly email: string;
  readonly phone?: string | undefined;
}

export interface InMemoryAccountDeps {
  readonly users: InMemoryUsers;
  readonly sessions: InMemorySessions;
  /** Second factors are kept elsewhere in memory, but go with the rest of an account that is reclaimed. */
  readonly forgetFactor?: (userId: string) => void;
}

export function inMemoryAccountStore({ users, sessions, forgetFactor }: InMemoryAccountDeps): AccountStore {
  const accounts = new Map<string, Account>();
  const owners = addressBook();
  sessions.belongTo((userId) => accounts.get(userId));

  const view = (userId: string | undefined): Credentials[] => {
    const account = userId === undefined ? undefined : accounts.get(userId);
    return account ? [{ userId: account.userId, passwordHash: account.passwordHash }] : [];
  };
  const change = async (account: Account, changes: Partial<Account>, profile: Partial<UserProfile> = {}) => {
    accounts.set(account.userId, { ...account, ...changes });
    const present = await users.get(account.userId);
    if (present && present.deletedAt === undefined) users.put({ ...present, ...profile });
  };
  const endAllBut = async (userId: string, kept?: string) => {
    const ended = (await sessions.list(userId)).map(({ sessionId }) => sessionId).filter((id) => id !== kept);
    await sessions.end(userId, ended);
    return ended;
  };

  return {
    async create({ profile, passwordHash, session }) {
      await nextTurn();
      const { userId, email } = profile;
      if (users.handleOwner(profile.handle) !== undefined) return 'handle_taken';
      accounts.set(userId, { userId, email, passwordHash });
      owners.name(email, userId);
      users.put(profile);
      await sessions.add(session);
      return 'created';
    },

    async candidates(email) {
      const { holder, claimant } = owners.of(email);
      return [...view(holder?.userId), ...view(claimant)];
    },

    async holder(address) {
      const holder = owners.holder(address);
      const [credentials] = view(holder?.userId);
      return holder && credentials && { ...credentials, verified: holder.verified };
    },

    credentials: async (userId) => view(userId)[0],

    async verify(identity, to) {
      const isLive = await sessions.isLive(identity);
      const account = accounts.get(identity.userId);
      if (!account || !isLive) return false;
      const holder = owners.holder(to);
      if (holder?.verified && holder.userId !== account.userId) return false;
      if (to.channel === 'email') {
        owners.takeEmail(account, to.address);
        await change(account, { email: to.address }, { email: to.address, emailVerified: true });
      } else {
        owners.takePhone(account, to.address);
        await change(account, { phone: to.address }, { phone: to.address });
      }
      return true;
    },

    async rehash(userId, from, to) {
      const account = accounts.get(userId);
      if (account?.passwordHash === from) accounts.set(userId, { ...account, passwordHash: to });
    },

    async changePassword(identity, { from, to }) {
      const isLive = await sessions.isLive(identity);
      const account = accounts.get(identity.userId);
      if (!account || account.passwordHash !== from || !isLive) return undefined;
      accounts.set(account.userId, { ...account, passwordHash: to });
      return await endAllBut(identity.userId, identity.sessionId);
    },

    async reclaim(userId, address, { passwordHash, forgetFactors }) {
      const account = accounts.get(userId);
      if (!account || owners.holder(address)?.userId !== userId) return undefined;
      const verified = address.channel === 'email' ? { emailVerified: true } : {};
      if (address.channel === 'email') owners.prove(address.address);
      if (forgetFactors) {
        owners.dropPhone(account.phone);
        forgetFactor?.(userId);
      }
      accounts.set(userId, { ...account, passwordHash });
      const ended = await endAllBut(userId);
      const without = forgetFactors ? { phone: undefined } : {};
      await change({ ...account, passwordHash }, without, { ...verified, ...without });
      return ended;
    },
  };
}

/** Who holds which address, and who has the claim. */
function addressBook() {
  const holders = new Map<string, { userId: string; verified: boolean }>();
  const claims = new Map<string, string>();
  const phones = new Map<string, string>();
  const of = (email: string) => ({
    holder: holders.get(foldCase(email)),
    claimant: claims.get(foldCase(email)),
  });
  const giveUp = (email: string, userId: string) => {
    const { holder, claimant } = of(email);
    if (holder?.userId === userId) holders.delete(foldCase(email));
    if (claimant === userId) claims.delete(foldCase(email));
  };

  return {
    of,
    holder({ channel, address }: Address) {
      if (channel === 'email') return of(address).holder;
      const userId = phones.get(address);
      return userId === undefined ? undefined : { userId, verified: true };
    },
    /** A new account names an address. */
    name(email: string, userId: string) {
      if (of(email).holder) claims.set(foldCase(email), userId);
      else holders.set(foldCase(email), { userId, verified: false });
    },
    prove(email: string) {
      const { holder } = of(email);
      if (holder) holders.set(foldCase(email), { ...holder, verified: true });
    },
    takeEmail({ userId, email: former }: Account, email: string) {
      const { holder } = of(email);
      if (foldCase(former) !== foldCase(email)) giveUp(former, userId);
      giveUp(email, userId);
      holders.set(foldCase(email), { userId, verified: true });
      if (holder && holder.userId !== userId) claims.set(foldCase(email), holder.userId);
    },
    takePhone({ userId, phone: former }: Account, phone: string) {
      if (former !== undefined) phones.delete(former);
      phones.set(phone, userId);
    },
    dropPhone(phone: string | undefined) {
      if (phone !== undefined) phones.delete(phone);
    },
  };
}
