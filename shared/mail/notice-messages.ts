/** What the owner of an account is told of a change to its keys (ASVS 6.3.7). */
import type { AccountNotice, NoticeKind } from '../../events/account-event.ts';
import { isoTime } from '../clock.ts';
import { composeMail, type MailBlock } from './compose-mail.ts';
import type { MailMessage } from './mailer.ts';

interface Notice {
  readonly subject: string;
  /** `when` in UTC. */
  readonly what: (when: string) => string;
  readonly advice: string;
  /** Whether there is still an account to look after. */
  readonly hasAccount: boolean;
}

const wasIt = 'If it was you, there is nothing to do. If not,';
const secureIt = `${wasIt} set a new password at once and sign out all other devices in your account.`;

const notices: Record<NoticeKind, Notice> = {
  password_changed: {
    subject: 'Your password was changed',
    what: (when) =>
      `The password of your Confab account was changed on ${when}, and other devices were signed out.`,
    advice: `${wasIt} ask for a new password at once: "Forgot password" sends a code to this address.`,
    hasAccount: true,
  },
  address_added: {
    subject: 'An address was added to your account',
    what: (when) => `An e-mail address or a phone number of your Confab account was confirmed on ${when}.`,
    advice: secureIt,
    hasAccount: true,
  },
  second_factor_enabled: {
    subject: 'Two-step sign-in is on',
    what: (when) => `Signing in to your Confab account asks for a second factor since ${when}.`,
    advice: `Keep the recovery codes in a safe place. ${secureIt}`,
    hasAccount: true,
  },
  second_factor_disabled: {
    subject: 'Two-step sign-in is off',
    what: (when) => `The second factor of your Confab account was removed on ${when}.`,
    advice: secureIt,
    hasAccount: true,
  },
  recovery_code_used: {
    subject: 'A recovery code was used',
    what: (when) =>
      `Somebody signed in to your Confab account with one of its recovery codes on ${when}. It does not work again.`,
    advice: `Make new recovery codes when few are left. ${secureIt}`,
    hasAccount: true,
  },
  recovery_codes_renewed: {
    subject: 'You have new recovery codes',
    what: (when) =>
      `New recovery codes were made for your Confab account on ${when}. The old ones do not work any more.`,
    advice: secureIt,
    hasAccount: true,
  },
  account_reclaimed: {
    subject: 'Your account was made yours alone',
    what: (when) =>
      `On ${when} this address was confirmed with a code, for an account that had named it without proof. So that nobody else has a key to the account, the password, the second factor and the phone number that were set before were removed, and other devices were signed out.`,
    advice: 'You can set a new password in your account.',
    hasAccount: true,
  },
  account_erased: {
    subject: 'Your account was deleted',
    what: (when) => `Your Confab account was deleted on ${when}. This cannot be undone.`,
    advice: 'Your messages stay with the people who received them, without your name.',
    hasAccount: false,
  },
};

export function noticeMail(
  notice: Pick<AccountNotice, 'notice' | 'occurred_at_ms'>,
  webUrl: string,
): MailMessage {
  const { subject, what, advice, hasAccount } = notices[notice.notice];
  const link: MailBlock[] = hasAccount ? [{ label: 'Open Confab', url: webUrl }] : [];
  return composeMail(subject, [what(inUtc(notice.occurred_at_ms)), advice, ...link]);
}

/** `2026-03-01 at 12:00 UTC`: the mail does not know where its reader is. */
function inUtc(epochMs: number): string {
  const [day = '', time = ''] = isoTime(epochMs).split('T');
  return `${day} at ${time.slice(0, 5)} UTC`;
}
