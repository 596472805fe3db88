import { ProblemError, SignedOutError, UnreachableError } from '../client/problem-error.ts';
import { waitText } from './countdown.ts';
import { CancelledError } from './reauthentication.ts';

const texts: Readonly<Record<string, string>> = {
  'auth.invalid_credentials': 'E-mail or password is wrong.',
  'auth.code_invalid': 'This code is wrong or no longer valid. Check it, or ask for a new one.',
  'auth.password_common': 'Too many people use this password, so it is among the first to be guessed.',
  'auth.handle_taken': 'Somebody has this handle already. Choose another one.',
  'auth.reauthentication_required': 'Confirm first that it is you.',
  'auth.second_factor_exists': 'Two-step sign-in is switched on already.',
  'auth.second_factor_missing': 'Two-step sign-in is switched off already.',
  'conversation.banned': 'This person was banned from here and may not come in.',
  'conversation.forbidden': 'You may not do this here.',
  'conversation.full': 'There is no room for more people in this conversation.',
  'conversation.last_owner': 'Somebody has to own it: make somebody else an owner first.',
  'conversation.not_found': 'This conversation does not exist, or you are not in it.',
  'invite.declined': 'They declined not long ago. Ask them again in a few days.',
  'invite.limit_reached': 'Too many invitations are open. Withdraw one first.',
  'invite.not_found': 'This invitation is not valid any more.',
  'member.not_found': 'This person is not in it any more.',
  'session.not_found': 'This session is over already.',
  'user.cannot_block': 'This person cannot be blocked.',
  'user.not_found': 'This person does not exist any more.',
  unavailable: 'The server is busy. Try again in a moment.',
  internal: 'Something went wrong on the server. Try again.',
};

/** The fields that an error may speak of; the first one that a form has is meant. */
const fields: Readonly<Record<string, readonly string[]>> = {
  'auth.invalid_credentials': ['current_password'],
  'auth.code_invalid': ['code'],
  'auth.password_common': ['new_password', 'password'],
  'auth.handle_taken': ['handle'],
};

/** Where one field takes either. */
const oneOfTwo: Readonly<Record<string, readonly string[]>> = { email: ['address'], phone: ['address'] };

/** What went wrong, in words, and where. */
export interface Failure {
  readonly text: string;
  /** The name of the form's field that it is about. */
  readonly field?: string;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number;
}

/** What to tell a person about something that failed. */
export function errorText(error: unknown): string {
  if (error instanceof ProblemError) return problemText(error);
  if (error instanceof UnreachableError)
    return 'The server cannot be reached. Check your connection and try again.';
  if (error instanceof SignedOutError) return 'You are not signed in any more.';
  if (error instanceof RangeError) return `The message ${error.message}.`;
  return 'Something went wrong. Try again.';
}

/** The same for a form with these fields. Undefined where nothing failed: somebody changed their mind. */
export function failureOf(error: unknown, hasField: (name: string) => boolean): Failure | undefined {
  if (error instanceof CancelledError) return undefined;
  if (!(error instanceof ProblemError)) return { text: errorText(error) };
  const issue = error.code === 'request.invalid' ? firstIssue(error.message) : undefined;
  if (issue !== undefined) {
    const field = [issue.field, ...(oneOfTwo[issue.field] ?? [])].find(hasField);
    return field === undefined ? { text: issue.text } : { text: issue.text, field };
  }
  const text = errorText(error);
  const field = fields[error.code]?.find(hasField);
  if (field !== undefined)
    return { text: field === 'current_password' ? 'This is not your password.' : text, field };
  return error.retryAfterMs === undefined ? { text } : { text, retryAfterMs: error.retryAfterMs };
}

function problemText({ code, message, retryAfterMs }: ProblemError): string {
  if (code === 'rate_limited') return `Too many attempts. Try again ${waitText(retryAfterMs)}.`;
  return texts[code] ?? sentence(message);
}

/** The server describes what it refuses as `field: why; field: why`. */
function firstIssue(detail: string): { field: string; text: string } | undefined {
  const [, field, why] = /^(\w+): ([^;]+)/.exec(detail) ?? [];
  return field === undefined || why === undefined ? undefined : { field, text: sentence(why) };
}

function sentence(text: string): string {
  const capitalised = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return /[.!?]$/.test(capitalised) ? capitalised : `${capitalised}.`;
}
