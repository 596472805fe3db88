import type { Address } from '../client/sign-in-api.ts';

/** E.164: `+` and 7 to 15 digits. */
const e164 = /^\+[1-9]\d{6,14}$/;

/** What somebody typed as an e-mail address or a phone number; undefined if it is neither. */
export function parseAddress(text: string): Address | undefined {
  const trimmed = text.trim();
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(trimmed)) return { email: trimmed };
  return parsePhone(trimmed);
}

/** Without the spaces, dashes and brackets that people write; `00` begins an international number like `+`. */
export function parsePhone(text: string): Address | undefined {
  const phone = text.replace(/[\s()./-]/g, '').replace(/^00/, '+');
  return e164.test(phone) ? { phone } : undefined;
}

export function addressText(address: Address): string {
  return 'email' in address ? address.email : address.phone;
}
