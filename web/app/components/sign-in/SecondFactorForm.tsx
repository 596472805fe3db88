import { useEffect, useRef, useState } from 'react';
import type { ChallengeResponse } from '../../../../events/account-contracts.ts';
import { client } from '../../chat-store.ts';
import { plainCode } from '../../code.ts';
import { CodeField } from '../CodeField.tsx';
import { Field } from '../Field.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';

/** The second step of signing in: the authenticator app, or one of the codes for when it is lost. */
export default function SecondFactorForm({ challenge }: { readonly challenge: ChallengeResponse }) {
  const [isRecovery, setRecovery] = useState(false);
  const submission = useSubmit((field) =>
    client.verifySecondFactor({
      challenge_id: challenge.challenge_id,
      code: isRecovery ? field('code').trim() : plainCode(field('code')),
    }),
  );
  const error = submission.fieldError('code');
  const form = useRef<HTMLFormElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the field is another one then.
  useEffect(() => form.current?.querySelector('input')?.focus(), [isRecovery]);
  return (
    <form ref={form} onSubmit={submission.onSubmit} className="stack">
      {isRecovery ? (
        <Field
          key="recovery"
          label="Recovery code"
          name="code"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          hint="One of those that you saved. Each works once."
          error={error}
          required
        />
      ) : (
        <CodeField key="totp" label="Code of your authenticator app" error={error} />
      )}
      <FormError text={submission.error} />
      <SubmitButton attempt={submission} busy="Signing in…">
        Sign in
      </SubmitButton>
      <button type="button" className="link" onClick={() => setRecovery(!isRecovery)}>
        {isRecovery ? 'Use your authenticator app' : 'Use a recovery code'}
      </button>
    </form>
  );
}
