import { lazy } from 'react';
import type { ChallengeResponse } from '../../../../events/account-contracts.ts';
import type { SignInStep } from '../../../client/sign-in-api.ts';
import { Loading } from '../Loading.tsx';

// None of these does anything without the network. The password form does: who signs out offline must see it.
const CodeLogIn = lazy(() => import('./CodeLogIn.tsx'));
const ResetPassword = lazy(() => import('./ResetPassword.tsx'));
const SecondFactorForm = lazy(() => import('./SecondFactorForm.tsx'));

export type OtherWayMode =
  | { readonly name: 'code' | 'reset' }
  | { readonly name: 'second-factor'; readonly challenge: ChallengeResponse };

export interface OtherWayProps {
  readonly mode: OtherWayMode;
  /** What was typed before. */
  readonly email: string;
  readonly onStep: (step: SignInStep) => void;
  /** The password of this address is a new one. */
  readonly onReset: (email: string) => void;
}

/** Ways to sign in that go beyond the password. */
export function OtherWay({ mode, email, onStep, onReset }: OtherWayProps) {
  return (
    <Loading>
      {mode.name === 'code' && <CodeLogIn email={email} onStep={onStep} />}
      {mode.name === 'reset' && <ResetPassword email={email} onDone={onReset} />}
      {mode.name === 'second-factor' && <SecondFactorForm challenge={mode.challenge} />}
    </Loading>
  );
}
