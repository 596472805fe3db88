import { expect, it } from 'vitest';
import { updateMeRequest } from '../../events/user-contracts.ts';
import { profileChanges } from './profile-changes.ts';

const me = {
  user_id: `u_${'A'.repeat(26)}`,
  handle: 'ada',
  display_name: 'Ada',
  email: 'ada@example.com',
  email_verified: true,
  phone: null,
  locale: 'de-AT',
  time_zone: null,
  created_at: '',
  privacy: { read_receipts: true, typing: true, presence: true },
};
const fields = { display_name: 'Ada', handle: 'ada', locale: 'de-AT', time_zone: '' };

function changes(typed: Partial<typeof fields>) {
  const all: Record<string, string> = { ...fields, ...typed };
  return profileChanges(me, (name) => all[name] ?? '');
}

it('sends what differs and nothing else', () => {
  expect(changes({ display_name: ' Countess ' })).toEqual({ display_name: 'Countess' });
  expect(changes({ handle: 'countess', time_zone: 'Europe/London' })).toEqual({
    handle: 'countess',
    time_zone: 'Europe/London',
  });
});

it('removes what was set to nothing', () => {
  expect(changes({ locale: '' })).toEqual({ locale: null });
});

it('sends nothing when nothing differs, because the server refuses an empty change', () => {
  expect(changes({ display_name: ' Ada ' })).toBeUndefined();
  expect(updateMeRequest.safeParse({}).success).toBe(false);
});
