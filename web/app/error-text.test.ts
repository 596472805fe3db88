import { describe, expect, it } from 'vitest';
import { errorTable } from '../../shared/errors.ts';
import { ProblemError, SignedOutError, UnreachableError } from '../client/problem-error.ts';
import { errorText, failureOf } from './error-text.ts';
import { CancelledError } from './reauthentication.ts';

/** These never reach a screen: the client refreshes, or signs out. */
const unseen = new Set([
  'auth.unauthenticated',
  'auth.token_expired',
  'auth.session_ended',
  'auth.refresh_invalid',
]);

function aProblem(code: string, detail = 'no', retryAfterMs?: number): ProblemError {
  return new ProblemError({ status: 400, code, detail, retryAfterMs });
}

const hasFields =
  (...names: string[]) =>
  (name: string) =>
    names.includes(name);

describe('the text of an error', () => {
  it.each(Object.keys(errorTable))('of %s is a sentence for people', (code) => {
    expect(errorText(aProblem(code, 'what the server says'))).toMatch(/^\p{Lu}.*[.!?]$/u);
  });

  it.each(Object.keys(errorTable).filter((code) => code.startsWith('auth.') && !unseen.has(code)))(
    'of %s is written for people',
    (code) => {
      expect(errorText(aProblem(code, 'raw'))).not.toBe('Raw.');
    },
  );

  it('says how long to wait', () => {
    expect(errorText(aProblem('rate_limited', 'no', 42_000))).toBe(
      'Too many attempts. Try again in 42 seconds.',
    );
  });

  it('covers what is no answer of the server', () => {
    expect(errorText(new UnreachableError(undefined))).toContain('cannot be reached');
    expect(errorText(new SignedOutError('replaced'))).toContain('not signed in');
    expect(errorText(new Error('internal detail'))).not.toContain('internal detail');
  });
});

describe('a failed form', () => {
  it.each([
    ['auth.handle_taken', ['handle', 'password'], 'handle'],
    ['auth.password_common', ['email', 'password'], 'password'],
    ['auth.password_common', ['current_password', 'new_password'], 'new_password'],
    ['auth.code_invalid', ['code'], 'code'],
    ['auth.invalid_credentials', ['current_password', 'new_password'], 'current_password'],
  ])('with %s points at its field', (code, fields, field) => {
    expect(failureOf(aProblem(code), hasFields(...fields))).toMatchObject({ field });
  });

  it('points at no field that it does not have: a wrong sign-in says not which half was wrong', () => {
    const failure = failureOf(aProblem('auth.invalid_credentials'), hasFields('email', 'password'));
    expect(failure).toEqual({ text: 'E-mail or password is wrong.' });
  });

  it('shows what the server found wrong beside the field that it names', () => {
    const problem = aProblem('request.invalid', 'handle: letters, digits and . _ - only; email: is too long');
    expect(failureOf(problem, hasFields('handle', 'email'))).toEqual({
      field: 'handle',
      text: 'Letters, digits and . _ - only.',
    });
    expect(failureOf(problem, hasFields('code'))).toEqual({ text: 'Letters, digits and . _ - only.' });
    const address = aProblem('request.invalid', 'email: must be an e-mail address');
    expect(failureOf(address, hasFields('address'))).toMatchObject({ field: 'address' });
  });

  it('carries the wait that the server asks for', () => {
    const failure = failureOf(aProblem('rate_limited', 'no', 5_000), hasFields());
    expect(failure).toMatchObject({ retryAfterMs: 5_000 });
  });

  it('has nothing to tell when somebody changed their mind', () => {
    expect(failureOf(new CancelledError(), hasFields())).toBeUndefined();
  });
});
