import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const argon2Async = promisify(argon2);

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
const today = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const saltBytes = 16;

interface Parsed {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** Hashes a password with argon2id; answers a PHC string, which carries the parameters and the salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await argon2Async('argon2id', { message: message(password), nonce: salt, ...today });
  const { memory, passes, parallelism } = today;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${phcBase64(salt)}$${phcBase64(tag)}`;
}

/** True when the password is the one behind the PHC string. Throws for a string that is not argon2id. */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const { salt, tag, ...parameters } = parse(phc);
  const computed = await argon2Async('argon2id', {
    message: message(password),
    nonce: salt,
    ...parameters,
    tagLength: tag.length,
  });
  return timingSafeEqual(computed, tag);
}

/** Whether the hash was made with other parameters than today's: then it is made anew when the password is known. */
export function needsRehash(phc: string): boolean {
  const { salt, tag, ...parameters } = parse(phc);
  return (
    parameters.memory !== today.memory ||
    parameters.passes !== today.passes ||
    parameters.parallelism !== today.parallelism ||
    tag.length !== today.tagLength ||
    salt.length !== saltBytes
  );
}

/**
 * One keyboard sends `é` as one code point, another as two, and both mean the same password: NFKC before hashing, as
 * NIST SP 800-63B-4 §3.1.1.2 advises. Nothing is cut, trimmed or folded; a NUL is a character like any other.
 */
function message(password: string): string {
  return password.normalize('NFKC');
}

function parse(phc: string): Parsed {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(phc);
  if (!match) throw new Error('a stored password hash is not an argon2id PHC string');
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** A hash of nothing that anybody knows: checked for an unknown account, so that it takes as long as a known one. */
export const unmatchableHash = hashPasswordOnce();

function hashPasswordOnce(): () => Promise<string> {
  let hash: Promise<string> | undefined;
  return () => {
    hash ??= hashPassword(randomBytes(32).toString('hex'));
    return hash;
  };
}

function phcBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
