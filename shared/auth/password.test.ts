import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { hashPassword, needsRehash, unmatchableHash, verifyPassword } from './password.ts';

describe('a password', () => {
  it('is kept as a PHC string with the parameters that OWASP asks for, and a salt of its own', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
    expect(first).not.toContain('correct');
  });

  it('matches itself and no other', async () => {
    const hash = await hashPassword('correct horse');
    expect(await verifyPassword('correct horse', hash)).toBe(true);
    for (const other of ['correct horse ', 'Correct horse', '', 'correct hors']) {
      expect(await verifyPassword(other, hash)).toBe(false);
    }
  });

  it('ASVS 6.2.8: counts to its last character, also behind a NUL and beyond 72 bytes', async () => {
    const long = `${'ü'.repeat(limits.passwordMaxChars - 1)}x`;
    expect(await verifyPassword(`${long.slice(0, -1)}y`, await hashPassword(long))).toBe(false);
    expect(await verifyPassword('before\u0000other', await hashPassword('before\u0000after'))).toBe(false);
  });

  it('verifies with the parameters that it was hashed with', async () => {
    // RFC 9106 has no vector without secret and associated data; this one was made with other parameters on purpose.
    const cheap = '$argon2id$v=19$m=256,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$';
    const { argon2Sync } = await import('node:crypto');
    const tag = argon2Sync('argon2id', {
      message: 'old password',
      nonce: Buffer.from('saltsaltsaltsalt'),
      memory: 256,
      passes: 3,
      parallelism: 1,
      tagLength: 16,
    });
    const hash = cheap + tag.toString('base64').replaceAll('=', '');
    expect(await verifyPassword('old password', hash)).toBe(true);
    expect(await verifyPassword('new password', hash)).toBe(false);
    expect(needsRehash(hash)).toBe(true);
  });

  it('is the same however a keyboard composed it, and in no other case', async () => {
    const hash = await hashPassword('Cafe\u0301 ﬁve');
    expect(await verifyPassword('Caf\u00e9 five', hash)).toBe(true);
    expect(await verifyPassword('caf\u00e9 five', hash)).toBe(false);
    expect(await verifyPassword('Cafe five', hash)).toBe(false);
  });

  it('needs no new hash while the parameters are those of today', async () => {
    const hash = await hashPassword('correct horse');
    expect(needsRehash(hash)).toBe(false);
    for (const other of [
      hash.replace('m=19456', 'm=19455'),
      hash.replace('t=2', 't=3'),
      hash.replace('p=1', 'p=2'),
      hash.slice(0, -4),
    ]) {
      expect(needsRehash(other)).toBe(true);
    }
  });

  it('is not compared with what is no hash of it', async () => {
    await expect(verifyPassword('x', 'plain text')).rejects.toThrow('not an argon2id PHC string');
    await expect(verifyPassword('x', '$argon2i$v=19$m=256,t=3,p=1$c2FsdA$c2FsdA')).rejects.toThrow();
  });
});

describe('the unmatchable hash', () => {
  it('is one that costs as much to check, and that nothing matches', async () => {
    const hash = await unmatchableHash();
    expect(hash).toContain('m=19456,t=2,p=1');
    expect(await verifyPassword('', hash)).toBe(false);
    expect(await unmatchableHash()).toBe(hash);
  });
});
