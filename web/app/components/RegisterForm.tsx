import { limits } from '../../../shared/limits.ts';
import { client } from '../chat-store.ts';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { useSubmit } from './use-submit.ts';

export function RegisterForm() {
  const { isBusy, error, onSubmit } = useSubmit((field) =>
    client.register({
      display_name: field('display_name').trim(),
      handle: field('handle').trim(),
      email: field('email').trim(),
      password: field('password'),
    }),
  );
  return (
    <form onSubmit={onSubmit} className="stack">
      <Field
        label="Name"
        name="display_name"
        autoComplete="name"
        maxLength={limits.displayNameMaxChars}
        required
      />
      <Field
        label="Handle"
        name="handle"
        autoComplete="nickname"
        autoCapitalize="none"
        spellCheck={false}
        minLength={limits.handleMinChars}
        maxLength={limits.handleMaxChars}
        hint="How others find you. Letters, digits and . _ -"
        required
      />
      <Field label="E-mail" name="email" type="email" autoComplete="username" required />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={limits.passwordMinChars}
        maxLength={limits.passwordMaxChars}
        hint={`At least ${limits.passwordMinChars} characters.`}
        required
      />
      <FormError text={error} />
      <button type="submit" className="primary" disabled={isBusy}>
        {isBusy ? 'Creating your account…' : 'Create account'}
      </button>
    </form>
  );
}
