/** What a code comes in. It is in no subject, because lock screens show subjects. */
import type { CodePurpose } from '../../events/account-contracts.ts';
import { limits } from '../limits.ts';
import { composeMail } from './compose-mail.ts';
import type { MailMessage } from './mailer.ts';

const minutes = limits.codeTtlSeconds / 60;

const purposes: Record<CodePurpose, { subject: string; use: string; otherwise: string }> = {
  verify: {
    subject: 'Confirm your address',
    use: 'Enter this code in Confab to confirm that this address is yours:',
    otherwise:
      'If you did not ask for it, somebody may have mistyped their own address. Ignore this mail: without the code your address is not theirs.',
  },
  login: {
    subject: 'Your code to sign in',
    use: 'Enter this code to sign in to Confab:',
    otherwise: 'If you did not ask for it, ignore this mail: nobody gets in without the code.',
  },
  reset: {
    subject: 'Your code to set a new password',
    use: 'Enter this code in Confab to set a new password:',
    otherwise: 'If you did not ask for it, ignore this mail: your password stays as it is.',
  },
};

export function codeMail(purpose: CodePurpose, code: string): MailMessage {
  const { subject, use, otherwise } = purposes[purpose];
  return composeMail(subject, [
    use,
    { code },
    `It lasts ${minutes} minutes and works once. Nobody from Confab will ever ask you for it.`,
    otherwise,
  ]);
}

/** A message of GSM 7-bit characters, of which one SMS takes so many; a second part would be billed as a second SMS. */
const smsMaxChars = 160;

/**
 * One SMS. Its last line, where it fits, binds the code to the web client's host, so that a browser fills it in there and
 * nowhere else: https://wicg.github.io/sms-one-time-codes/
 */
export function codeText(code: string, webUrl: string): string {
  const text = `Confab code: ${code}. It lasts ${minutes} minutes. Nobody from Confab asks for it.`;
  const { protocol, hostname } = new URL(webUrl);
  const bound = `${text}\n\n@${hostname} #${code}`;
  return protocol === 'https:' && bound.length <= smsMaxChars ? bound : text;
}

/** To the owner of an address with which somebody else tried to sign up. */
export function signUpAttemptMail(webUrl: string): MailMessage {
  return composeMail('You have an account already', [
    'Somebody, perhaps you, tried to sign up for Confab with this address. It is the address of your account already, and your account was not changed.',
    'To use it, sign in as usual, or ask there for a new password if you have forgotten yours.',
    { label: 'Sign in', url: webUrl },
    'If it was not you, there is nothing that you need to do.',
  ]);
}

/** To the owner of an address that somebody tried to add to another account. */
export function addressAttemptMail(): MailMessage {
  return composeMail('Somebody tried to use your address', [
    'Somebody tried to add this address to another Confab account. It is confirmed as yours, so it stays yours, and your account was not changed.',
    'An address belongs to one account at a time. If it was not you, there is nothing that you need to do.',
  ]);
}

/** To the owner of a number that somebody tried to add to another account. */
export function addressAttemptText(): string {
  return 'Confab: somebody tried to add this number to another account. It stays yours. If it was not you, there is nothing to do.';
}
