import { type ReactNode, useEffect, useRef } from 'react';
import type { ChallengeAnswer } from '../../client/sign-in-api.ts';
import type { AskedCode } from '../asked-code.ts';
import { plainCode } from '../code.ts';
import { CodeField } from './CodeField.tsx';
import { FormError } from './FormError.tsx';
import { ResendCode } from './ResendCode.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { type Submission, useSubmit } from './use-submit.ts';

export interface CodeFormProps {
  readonly asked: AskedCode;
  /** Says what was sent where. */
  readonly children: ReactNode;
  readonly submitLabel: string;
  /** What the code is needed for besides itself, for instance a new password. */
  readonly more?: (submission: Submission) => ReactNode;
  readonly onResend: () => Promise<unknown>;
  readonly onSubmit: (answer: ChallengeAnswer, field: (name: string) => string) => Promise<unknown>;
}

/** Takes the code that was sent to an address, and offers to send another one. */
export function CodeForm({ asked, children, submitLabel, more, onResend, onSubmit }: CodeFormProps) {
  const submission = useSubmit((field) =>
    onSubmit({ challenge_id: asked.challenge_id, code: plainCode(field('code')) }, field),
  );
  const form = useRef<HTMLFormElement>(null);
  // With every new request the code in the field is worth nothing any more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs for each request, and reads none of it.
  useEffect(() => {
    const field = form.current?.querySelector<HTMLInputElement>('[name="code"]');
    if (!field) return;
    field.value = '';
    field.focus();
  }, [asked.challenge_id]);
  return (
    <form ref={form} onSubmit={submission.onSubmit} className="stack">
      <p>{children}</p>
      <CodeField label="Six-digit code" error={submission.fieldError('code')} />
      {more?.(submission)}
      <FormError text={submission.error} />
      <SubmitButton attempt={submission}>{submitLabel}</SubmitButton>
      <ResendCode onResend={onResend} />
    </form>
  );
}
