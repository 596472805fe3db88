/** Fields that several contracts of the HTTP API share. */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { foldCase } from '../shared/text.ts';
import { seqNo } from './client-frames.ts';

/** Half a character cannot be stored or sent: it would come back as another one. */
export const wellFormed = z.refine<string>((text) => text.isWellFormed(), 'has broken Unicode');
/** Names are compared folded, and folding can make one letter eighteen. */
const foldsTo = (max: number) => z.refine<string>((text) => foldCase(text).length <= max, 'is too long');
export const printable = z.refine<string>(
  (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
  'has control characters',
);

/** What can be sent to: an ASCII name once it is folded (SES takes no others), and a domain, in any script. */
const mailable = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+$/u;
export const email = z.string().check(
  z.maxLength(limits.emailMaxChars),
  z.refine((text) => mailable.test(foldCase(text)), 'must be an e-mail address'),
  foldsTo(limits.emailMaxChars),
);
/** E.164: `+` and 7 to 15 digits. */
export const phone = z.string().check(z.regex(/^\+[1-9]\d{6,14}$/, 'must be a number like +4915112345678'));

/** Counted in Unicode code points; nothing is cut or trimmed (ASVS 6.2.8). */
export const newPassword = z
  .string()
  .check(z.minLength(limits.passwordMinChars), z.maxLength(limits.passwordMaxChars), wellFormed);
/** A password to compare: its length says nothing about it. */
export const password = z.string().check(z.maxLength(limits.passwordMaxChars));

export const handle = z
  .string()
  .check(
    z.minLength(limits.handleMinChars),
    z.maxLength(limits.handleMaxChars),
    z.regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u, 'letters, digits and . _ - only'),
    foldsTo(limits.handleMaxChars),
  );
export const displayName = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(limits.displayNameMaxChars), printable);

/** A page size: more than there is to have gets what there is. */
export const pageSize = (max: number) =>
  z.pipe(
    z.string().check(z.regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')),
    z.transform((text) => Math.min(Number(text), max)),
  );
export const querySeq = z.pipe(
  z.string().check(z.regex(/^\d{1,15}$/, 'must be a whole number')),
  z.pipe(z.transform(Number), seqNo),
);
