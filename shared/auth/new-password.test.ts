import { describe, expect, it } from 'vitest';
import { newPassword } from '../../events/fields.ts';
import { limits } from '../limits.ts';
import { commonPasswords } from './common-passwords.ts';
import { checkNewPassword } from './new-password.ts';

const own = { email: 'Anna.Berg@example.org', handle: 'annaberg88', displayName: 'Änne Berg' };
const refused = expect.objectContaining({ code: 'auth.password_common' });
const check = (password: string) => () => checkNewPassword(password, own);

describe('the common passwords', () => {
  const list = commonPasswords.trim().split(/\s+/);

  it('ASVS 6.2.4: are at least three thousand that would be long enough', () => {
    expect(list.length).toBeGreaterThanOrEqual(3_000);
    expect(new Set(list).size).toBe(list.length);
    expect(list.filter((password) => password.length < limits.passwordMinChars)).toEqual([]);
  });

  it('are refused, every one of them, however they are written', () => {
    for (const password of list) {
      expect(check(password)).toThrow(refused);
      expect(check(password.toUpperCase())).toThrow(refused);
    }
    expect(check('ｐａｓｓｗｏｒｄ')).toThrow(refused);
  });
});

describe('checkNewPassword', () => {
  it.each([
    'annaberg88',
    'ANNABERG88',
    'annaberg8823',
    'anna.berg',
    'Anna.Berg1999',
    'anna.berg@example.org',
    'Änne Berg',
    'änneberg',
    'A\u0308nneberg7',
    'Confab12',
    'confab2026',
  ])("ASVS 6.2.11: refuses the account's own word %j", (password) => {
    expect(check(password)).toThrow(refused);
  });

  it.each([
    'annaberg88 rides north',
    'my confab 12',
    'passwordpasswordx',
    'correct horse battery staple',
    '漢字漢字漢字漢字',
    '        ',
    'before\u0000after',
    '🐎🔋📎🐎🐎🔋📎🐎',
  ])('ASVS 6.2.5: asks for no kinds of characters, and takes %j', (password) => {
    expect(newPassword.safeParse(password).success).toBe(true);
    expect(check(password)).not.toThrow();
  });

  it('takes the digits of nobody', () => {
    expect(() => checkNewPassword('90417263548', {})).not.toThrow();
  });
});

describe('the length of a password', () => {
  const accepts = (password: string) => newPassword.safeParse(password).success;

  it('ASVS 6.2.1, 6.2.9: is 8 to 128 characters', () => {
    for (const length of [8, 64, 128]) expect(accepts('x'.repeat(length))).toBe(true);
    for (const length of [7, 129]) expect(accepts('x'.repeat(length))).toBe(false);
  });

  it('ASVS 6.2.8: is that of what was typed, spaces and all', () => {
    expect(newPassword.parse('  eight  ')).toBe('  eight  ');
  });

  it('cannot be made up of half characters, which would be stored as others', () => {
    expect(accepts('halves \ud83d\ud83d')).toBe(false);
  });
});
