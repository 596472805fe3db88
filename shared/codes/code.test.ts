import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anna, ben } from '../../test/support/builders.ts';
import { emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import { addressOf, codeHash, newCode, noCodeHash, sameHash, subjectHash } from './code.ts';

describe('a new code', () => {
  it('has six digits, zeros in front included', () => {
    expect(newCode(() => 42)).toBe('000042');
    expect(newCode(() => 999_999)).toBe('999999');
    for (let index = 0; index < 1_000; index += 1) expect(newCode(randomInt)).toMatch(/^\d{6}$/);
  });

  it('can be any of a million (ASVS 6.5.4: about 20 bits)', () => {
    const asked: number[][] = [];
    newCode((min, max) => {
      asked.push([min, max]);
      return min;
    });
    expect(asked).toEqual([[0, 1_000_000]]);
  });
});

describe('the address that a request names', () => {
  it('is its e-mail address or its number', () => {
    expect(addressOf({ email: 'Anna@example.org' })).toEqual({
      channel: 'email',
      address: 'Anna@example.org',
    });
    expect(addressOf({ phone: '+4915112345678' })).toEqual({ channel: 'sms', address: '+4915112345678' });
    expect(() => addressOf({})).toThrow('neither');
  });
});

describe('the subject of a code', () => {
  const login = { purpose: 'login', to: emailOf('anna'), userId: null } as const;

  it('is another for each purpose, address and account', () => {
    const subjects = [
      login,
      { ...login, purpose: 'reset' as const },
      { ...login, to: emailOf('ben') },
      { ...login, to: phoneOf('345678') },
      { ...login, to: { channel: 'email' as const, address: phoneOf('345678').address } },
      { ...login, purpose: 'verify' as const, userId: anna },
      { ...login, purpose: 'verify' as const, userId: ben },
    ];
    expect(new Set(subjects.map(subjectHash)).size).toBe(subjects.length);
  });

  it('is the same for addresses that compare equal', () => {
    expect(subjectHash({ ...login, to: { channel: 'email', address: 'ANNA@example.ORG' } })).toBe(
      subjectHash(login),
    );
  });
});

describe('the hash of a code', () => {
  it('belongs to one request', () => {
    expect(codeHash('one', '123456')).not.toBe(codeHash('two', '123456'));
    expect(sameHash(codeHash('one', '123456'), codeHash('one', '123456'))).toBe(true);
    expect(sameHash(codeHash('one', '123456'), codeHash('one', '123457'))).toBe(false);
    expect(sameHash(codeHash('one', '123456'), noCodeHash)).toBe(false);
  });
});
