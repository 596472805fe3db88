import { lazy } from 'react';
import type { SecondFactorEnrolment } from '../../../../events/account-contracts.ts';
import { client } from '../../chat-store.ts';
import { plainCode } from '../../code.ts';
import { CodeField } from '../CodeField.tsx';
import { FormError } from '../FormError.tsx';
import { Loading } from '../Loading.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';

const QrCode = lazy(() => import('./QrCode.tsx'));

export interface EnrolmentFormProps {
  readonly enrolment: SecondFactorEnrolment;
  readonly onDone: (recoveryCodes: readonly string[]) => void;
  readonly onCancel: () => void;
}

/** The secret for the app, as a picture and as text, and the first code as the proof that the app has it. */
export function EnrolmentForm({ enrolment, onDone, onCancel }: EnrolmentFormProps) {
  const submission = useSubmit(async (field) =>
    onDone(await client.account.confirmSecondFactor(plainCode(field('code')))),
  );
  return (
    <form onSubmit={submission.onSubmit} className="stack">
      <p>Scan this with your authenticator app:</p>
      <div className="qr-place">
        <Loading>
          <QrCode text={enrolment.otpauth_url} label="QR code for your authenticator app" />
        </Loading>
      </div>
      <p>
        Or type this key into it:
        <code className="secret">{groupsOfFour(enrolment.secret)}</code>
      </p>
      <CodeField label="Code that the app shows" error={submission.fieldError('code')} />
      <FormError text={submission.error} />
      <div className="form-actions">
        <SubmitButton attempt={submission}>Turn on</SubmitButton>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function groupsOfFour(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
