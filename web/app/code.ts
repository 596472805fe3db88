import { limits } from '../../shared/limits.ts';

const digits = new RegExp(`(?<!\\d)\\d(?:[\\s-]?\\d){${limits.codeDigits - 1}}(?!\\d)`);

/** The one-time code in what was pasted: `123 456`, `123456 is your code`. Undefined if there is none. */
export function codeIn(text: string): string | undefined {
  return digits.exec(text)?.[0].replace(/\D/g, '');
}

/** As it is sent: without the spaces and dashes that people read it with. */
export function plainCode(text: string): string {
  return text.replace(/[\s-]/g, '');
}
