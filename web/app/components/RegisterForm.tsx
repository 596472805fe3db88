import { limits } from '../../../shared/limits.ts';
import { rememberAskedCode } from '../asked-code.ts';
import { client } from '../chat-store.ts';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { PasswordField } from './PasswordField.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useSubmit } from './use-submit.ts';

export function RegisterForm() {
  const submission = useSubmit(async (field) => {
    const email = field('email').trim();
    const challenge = await client.register({
      display_name: field('display_name').trim(),
      handle: field('handle').trim(),
      email,
      password: field('password'),
    });
    rememberAskedCode('verify', { email }, challenge);
  });
  const { fieldError } = submission;
  return (
    <form onSubmit={submission.onSubmit} className="stack">
      <Field
        label="Name"
        name="display_name"
        autoComplete="name"
        maxLength={limits.displayNameMaxChars}
        error={fieldError('display_name')}
        required
      />
      <HandleField error={fieldError('handle')} />
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        error={fieldError('email')}
        required
      />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="new-password"
        error={fieldError('password')}
        required
      />
      <FormError text={submission.error} />
      <SubmitButton attempt={submission} busy="Creating your account…">
        Create account
      </SubmitButton>
    </form>
  );
}

export interface HandleFieldProps {
  readonly error: string | undefined;
  readonly defaultValue?: string;
}

export function HandleField(props: HandleFieldProps) {
  return (
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
      {...props}
    />
  );
}
