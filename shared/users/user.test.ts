import { describe, expect, it } from 'vitest';
import { me } from '../../events/user-contracts.ts';
import { anna, aProfile } from '../../test/support/builders.ts';
import { meView, personView } from './user.ts';

const full = aProfile('anna', {
  avatar: 'att_1',
  emailVerified: true,
  phone: '+4915112345678',
  locale: 'de-AT',
  timeZone: 'Europe/Vienna',
});
const gone = {
  user_id: anna,
  handle: 'deleted',
  display_name: 'Deleted account',
  deleted: true,
};

describe('personView', () => {
  it('shows others the names and the picture, and no address', () => {
    expect(personView(full)).toEqual({
      user_id: anna,
      handle: 'anna',
      display_name: 'Anna',
      avatar: 'att_1',
    });
  });

  it('shows of an erased person nothing that was theirs, whatever is still known', () => {
    expect(personView({ ...full, deletedAt: '2026-03-02T00:00:00.000Z' })).toEqual(gone);
  });
});

describe('meView', () => {
  it('shows their owner everything', () => {
    expect(me.parse(meView(full))).toMatchObject({
      email: 'anna@example.org',
      email_verified: true,
      phone: '+4915112345678',
      locale: 'de-AT',
      time_zone: 'Europe/Vienna',
    });
  });

  it('says null of what was never set', () => {
    expect(meView(aProfile('anna'))).toMatchObject({ phone: null, locale: null, time_zone: null });
  });
});
