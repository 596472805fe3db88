import { describe, expect, it } from 'vitest';
import type { UpdateMeRequest } from '../../events/user-contracts.ts';
import { anna, aProfile, ben, startMs } from '../../test/support/builders.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { findUsers } from './find-users.ts';
import { copyPrivacy, ownProfile, updateProfile } from './update-profile.ts';
import type { UserStore } from './user-store.ts';

const later = new Date(startMs + 60_000).toISOString();

function setup() {
  const users = inMemoryUserStore(
    aProfile('anna', { displayName: 'Anna', avatar: 'att_1', locale: 'de' }),
    aProfile('ben'),
  );
  const update = (changes: UpdateMeRequest, userId = anna) => updateProfile(userId, changes, { users });
  return { users, update };
}

describe('updateProfile', () => {
  it('changes what is named and leaves the rest', async () => {
    const { users, update } = setup();
    const changed = await update({ display_name: 'Anna B.', time_zone: 'Europe/Vienna' });
    expect(changed).toMatchObject({ displayName: 'Anna B.', avatar: 'att_1', timeZone: 'Europe/Vienna' });
    expect(await users.get(anna)).toEqual(changed);
  });

  it('removes what is null', async () => {
    const { users, update } = setup();
    await update({ avatar: null, locale: null });
    const profile = await users.get(anna);
    expect([profile?.avatar, profile?.locale]).toEqual([undefined, undefined]);
  });

  it('writes nothing when nothing is different', async () => {
    const { users } = setup();
    const readOnly: Pick<UserStore, 'get' | 'update'> = {
      get: (userId) => users.get(userId),
      update: () => Promise.reject(new Error('written')),
    };
    const same = await updateProfile(anna, { handle: 'anna', locale: 'de' }, { users: readOnly });
    expect(same.handle).toBe('anna');
  });

  describe('of the handle', () => {
    it('reserves the new one and frees the old one', async () => {
      const { users, update } = setup();
      await update({ handle: 'annabel' });
      expect([users.handleOwner('annabel'), users.handleOwner('anna')]).toEqual([anna, undefined]);
      await update({ handle: 'anna' }, ben);
      expect(users.handleOwner('anna')).toBe(ben);
    });

    it('keeps it when only its case changes', async () => {
      const { users, update } = setup();
      expect(await update({ handle: 'ANNA' })).toMatchObject({ handle: 'ANNA' });
      expect(users.handleOwner('anna')).toBe(anna);
    });

    it.each(['ben', 'BEN', 'ｂｅｎ', 'admin', 'Deleted', 'EVERYONE'])(
      'refuses %s as taken',
      async (handle) => {
        const { users, update } = setup();
        const before = await users.get(anna);
        await expect(update({ handle, display_name: 'Somebody' })).rejects.toMatchObject({
          code: 'auth.handle_taken',
        });
        expect(await users.get(anna)).toEqual(before);
      },
    );
  });

  it('shows in search at once, under the new names only', async () => {
    const { users, update } = setup();
    await update({ handle: 'zora', display_name: 'Zora' });
    expect(await findUsers('ann', { users })).toEqual([]);
    expect(await findUsers('zora', { users })).toMatchObject([{ user_id: anna, avatar: 'att_1' }]);
  });

  it('lets two devices that change different fields at once both have their way', async () => {
    const { users, update } = setup();
    await Promise.all([
      update({ display_name: 'Anna B.' }),
      update({ avatar: 'att_2' }),
      update({ handle: 'annab' }),
      update({ locale: 'en' }),
      update({ time_zone: 'UTC' }),
    ]);
    expect(await users.get(anna)).toMatchObject({
      displayName: 'Anna B.',
      avatar: 'att_2',
      handle: 'annab',
      locale: 'en',
      timeZone: 'UTC',
    });
    expect(users.handleOwner('annab')).toBe(anna);
  });

  it('gives up with an error that may be retried when others are always first', async () => {
    const { users } = setup();
    const never: Pick<UserStore, 'get' | 'update'> = {
      get: (userId) => users.get(userId),
      update: async () => 'stale',
    };
    await expect(updateProfile(anna, { handle: 'new' }, { users: never })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('does not bring an erased person back, also when they are erased while it runs', async () => {
    const { users, update } = setup();
    const profile = await ownProfile(anna, { users });
    const [erased] = await Promise.all([
      users.erase(profile, later),
      expect(update({ display_name: 'Back' })).rejects.toMatchObject({ code: 'auth.session_ended' }),
    ]);
    expect(erased).toBe(true);
    expect(await users.get(anna)).toMatchObject({ handle: 'deleted', deletedAt: later });
  });

  it('hides what the settings say, and shows it again', async () => {
    const { users, update } = setup();
    expect((await update({ privacy: { typing: false, read_receipts: false } })).hides).toEqual([
      'read_receipts',
      'typing',
    ]);
    expect((await update({ privacy: { typing: true } })).hides).toEqual(['read_receipts']);
    expect((await update({ privacy: { presence: true } })).hides).toEqual(['read_receipts']);
    expect((await update({ privacy: { read_receipts: true } })).hides).toBeUndefined();
    expect((await users.get(anna))?.hides).toBeUndefined();
  });

  it('loses none of two settings that are changed at the same moment', async () => {
    const { users, update } = setup();
    await Promise.all([
      update({ privacy: { typing: false } }),
      update({ privacy: { presence: false } }),
      update({ locale: 'fr' }),
    ]);
    expect(await users.get(anna)).toMatchObject({ hides: ['typing', 'presence'], locale: 'fr' });
  });
});

describe('ownProfile', () => {
  it('is nobody’s once the account is erased', async () => {
    const { users } = setup();
    await users.erase(await ownProfile(anna, { users }), later);
    await expect(ownProfile(anna, { users })).rejects.toMatchObject({ code: 'auth.session_ended' });
  });
});

describe('copyPrivacy', () => {
  it('makes the copy what the profile says, whatever overtakes what', async () => {
    const { users, update } = setup();
    const copies: (readonly string[])[] = [];
    const privacyCopy = {
      async setHides(_: string, hides: readonly string[]) {
        // Another device changes the setting just when the first copy is written.
        if (copies.length === 0) await update({ privacy: { typing: true } });
        copies.push(hides);
      },
    };
    await update({ privacy: { typing: false } });
    await copyPrivacy(anna, { users, privacyCopy });
    expect(copies).toEqual([['typing'], []]);
  });
});
