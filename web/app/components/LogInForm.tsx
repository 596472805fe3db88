import type { SignInStep } from '../../client/sign-in-api.ts';
import { client } from '../chat-store.ts';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { PasswordField } from './PasswordField.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useSubmit } from './use-submit.ts';

export interface LogInFormProps {
  readonly email: string;
  readonly onEmail: (email: string) => void;
  readonly onStep: (step: SignInStep) => void;
  readonly onForgot: () => void;
  readonly onCode: () => void;
}

export function LogInForm({ email, onEmail, onStep, onForgot, onCode }: LogInFormProps) {
  const submission = useSubmit(async (field) =>
    onStep(await client.logIn({ email: field('email').trim(), password: field('password') })),
  );
  return (
    <form onSubmit={submission.onSubmit} className="stack">
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        value={email}
        onChange={(event) => onEmail(event.target.value)}
        error={submission.fieldError('email')}
        required
      />
      <PasswordField label="Password" name="password" autoComplete="current-password" required />
      <FormError text={submission.error} />
      <SubmitButton attempt={submission} busy="Signing in…">
        Sign in
      </SubmitButton>
      <p className="sign-in-others">
        <button type="button" className="link" onClick={onCode}>
          E-mail me a code
        </button>
        <button type="button" className="link" onClick={onForgot}>
          Forgot your password?
        </button>
      </p>
    </form>
  );
}
