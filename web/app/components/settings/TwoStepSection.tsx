import { useState } from 'react';
import type { SecondFactorEnrolment, SecondFactorView } from '../../../../events/account-contracts.ts';
import { client } from '../../chat-store.ts';
import { confirmed } from '../../reauthentication.ts';
import { mediumTime } from '../../times.ts';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useLoaded } from '../use-loaded.ts';
import { useAction } from '../use-submit.ts';
import { EnrolmentForm } from './EnrolmentForm.tsx';
import { LoadError } from './LoadError.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';

/** What is going on, besides what the server says. */
type Step =
  | { readonly name: 'enrolment'; readonly enrolment: SecondFactorEnrolment }
  | { readonly name: 'recovery-codes'; readonly codes: readonly string[] };

/** An authenticator app as the second step of signing in. */
export function TwoStepSection() {
  const { data: factor, error, reload } = useLoaded(() => client.account.secondFactor());
  const [step, setStep] = useState<Step>();

  function show(codes: readonly string[]): void {
    setStep({ name: 'recovery-codes', codes });
    reload();
  }

  if (step?.name === 'enrolment')
    return <EnrolmentForm enrolment={step.enrolment} onDone={show} onCancel={() => setStep(undefined)} />;
  if (step?.name === 'recovery-codes')
    return <RecoveryCodes codes={step.codes} onDone={() => setStep(undefined)} />;
  if (factor === undefined) return <LoadError error={error} onRetry={reload} />;
  if (factor.enabled) return <Enabled factor={factor} onCodes={show} onRemoved={reload} />;
  return <Disabled onEnrolment={(enrolment) => setStep({ name: 'enrolment', enrolment })} />;
}

function Disabled({ onEnrolment }: { readonly onEnrolment: (enrolment: SecondFactorEnrolment) => void }) {
  const begin = useAction(async () => onEnrolment(await confirmed(() => client.account.beginSecondFactor())));
  return (
    <div className="stack">
      <p>
        With two-step sign-in nobody gets in with your password alone: an authenticator app on your phone
        shows a code that is needed too.
      </p>
      <FormError text={begin.error} />
      <div className="form-actions">
        <SubmitButton attempt={begin} onClick={begin.run}>
          Set up
        </SubmitButton>
      </div>
    </div>
  );
}

interface EnabledProps {
  readonly factor: SecondFactorView;
  readonly onCodes: (codes: readonly string[]) => void;
  readonly onRemoved: () => void;
}

function Enabled({ factor, onCodes, onRemoved }: EnabledProps) {
  const renew = useAction(async () => onCodes(await confirmed(() => client.account.newRecoveryCodes())));
  const remove = useAction(async () => {
    await confirmed(() => client.account.removeSecondFactor());
    onRemoved();
  });
  const { enabled_at: since, recovery_codes_left: left } = factor;
  return (
    <div className="stack">
      <p>
        Two-step sign-in is on{since === null ? '' : ` since ${mediumTime(new Date(since))}`}.{' '}
        {left === 1 ? 'One recovery code is left.' : `${left} recovery codes are left.`}
      </p>
      {left < 4 && <p className="notice">Get new recovery codes before you run out of them.</p>}
      <FormError text={renew.error ?? remove.error} />
      <div className="form-actions">
        <SubmitButton attempt={renew} className="" onClick={renew.run}>
          New recovery codes
        </SubmitButton>
        <SubmitButton attempt={remove} className="danger" onClick={remove.run}>
          Turn off
        </SubmitButton>
      </div>
    </div>
  );
}
