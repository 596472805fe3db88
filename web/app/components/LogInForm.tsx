import { client } from '../chat-store.ts';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { useSubmit } from './use-submit.ts';

export function LogInForm() {
  const { isBusy, error, onSubmit } = useSubmit((field) =>
    client.logIn({ email: field('email').trim(), password: field('password') }),
  );
  return (
    <form onSubmit={onSubmit} className="stack">
      <Field label="E-mail" name="email" type="email" autoComplete="username" required />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
      <FormError text={error} />
      <button type="submit" className="primary" disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}
