import { describe, expect, it } from 'vitest';
import { anIdentity, anna, aProfile, stranger } from '../../test/support/builders.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import type { UserProfile } from '../users/user.ts';
import { adminAddresses, assertAdmin } from './admins.ts';

const nothingHere = { code: 'request.not_found' };
const asking = (profile: UserProfile, list: string) =>
  assertAdmin(anIdentity(), { users: inMemoryUserStore(profile), admins: adminAddresses(list) });
const proven = aProfile('anna', { email: 'Anna@Example.org', emailVerified: true });

describe('assertAdmin', () => {
  it('lets in whoever has proven one of the addresses, in whatever case it is written', async () => {
    await asking(proven, 'ops@example.org, ANNA@example.ORG');
  });

  it('shows nothing to whoever only named the address', async () => {
    await expect(asking({ ...proven, emailVerified: false }, proven.email)).rejects.toMatchObject(
      nothingHere,
    );
  });

  it.each(['', ' , ', 'ops@example.org', 'anna@example.org.evil.example'])(
    'shows nothing to others when the list is "%s"',
    async (list) => {
      await expect(asking(proven, list)).rejects.toMatchObject(nothingHere);
    },
  );

  it('shows nothing to who was erased, or is nobody', async () => {
    const users = inMemoryUserStore(proven);
    const admins = adminAddresses(proven.email);
    await users.erase(proven, 'now');
    for (const userId of [anna, stranger])
      await expect(assertAdmin({ userId }, { users, admins })).rejects.toMatchObject(nothingHere);
  });

  it('takes an empty address for nobody, also when somebody has none', async () => {
    await expect(asking({ ...proven, email: '' }, ',')).rejects.toMatchObject(nothingHere);
  });
});
