import { AppError } from '../errors.ts';
import { foldCase } from '../text.ts';
import { commonPasswords } from './common-passwords.ts';

/** What its owner, and so a guesser, would try first. */
interface OwnWords {
  readonly email?: string | undefined;
  readonly handle?: string | undefined;
  readonly displayName?: string | undefined;
}

const common = once(() => new Set(commonPasswords.split(/\s+/)));

/**
 * Refuses a new password that many people use, or that is nothing but a word that belongs to the account or to this
 * system, with or without digits after it (ASVS 6.2.4, 6.2.11). Length is the contract's; no character is asked for or
 * forbidden (ASVS 6.2.5). Throws `auth.password_common`.
 */
export function checkNewPassword(password: string, own: OwnWords): void {
  const folded = foldCase(password);
  const words = ownWords(own);
  if (common().has(folded) || words.has(folded) || words.has(withoutDigits(folded)))
    throw new AppError('auth.password_common');
}

function ownWords({ email, handle, displayName }: OwnWords): ReadonlySet<string> {
  const given = [
    'confab',
    email,
    email?.split('@')[0],
    handle,
    displayName,
    displayName?.replaceAll(/\s/g, ''),
  ];
  const words = given.flatMap((word) => (word ? [foldCase(word)] : []));
  return new Set([...words, ...words.map(withoutDigits).filter((stem) => stem !== '')]);
}

/** `anna88` is `anna`, and so is `anna1999`. */
function withoutDigits(folded: string): string {
  return folded.replace(/\d+$/, '');
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
