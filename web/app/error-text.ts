import { ProblemError, UnreachableError } from '../client/problem-error.ts';

const texts: Readonly<Record<string, string>> = {
  'auth.invalid_credentials': 'E-mail or password is wrong.',
  'auth.email_taken': 'There is an account with this e-mail already. Sign in instead.',
  'auth.handle_taken': 'Somebody has this handle already. Choose another one.',
  'user.not_found': 'This person does not exist any more.',
  rate_limited: 'Too many attempts. Wait a moment and try again.',
  unavailable: 'The server is busy. Try again in a moment.',
  internal: 'Something went wrong on the server. Try again.',
};

/** What to tell a person about something that failed. */
export function errorText(error: unknown): string {
  if (error instanceof ProblemError) return texts[error.code] ?? sentence(error.message);
  if (error instanceof UnreachableError)
    return 'The server cannot be reached. Check your connection and try again.';
  if (error instanceof RangeError) return `The message ${error.message}.`;
  return 'Something went wrong. Try again.';
}

function sentence(text: string): string {
  const capitalised = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return /[.!?]$/.test(capitalised) ? capitalised : `${capitalised}.`;
}
