import { useState } from 'react';
import type { Address, SignInStep } from '../../../client/sign-in-api.ts';
import { addressText } from '../../address.ts';
import { askedCode, forgetAskedCode, rememberAskedCode } from '../../asked-code.ts';
import { client } from '../../chat-store.ts';
import { CodeForm } from '../CodeForm.tsx';
import { AddressForm } from './AddressForm.tsx';

export interface CodeLogInProps {
  readonly email: string;
  readonly onStep: (step: SignInStep) => void;
}

/** Signing in with a code that was sent to an address. */
export default function CodeLogIn({ email, onStep }: CodeLogInProps) {
  const [asked, setAsked] = useState(() => askedCode('login'));

  async function send(address: Address): Promise<void> {
    setAsked(rememberAskedCode('login', address, await client.requestLogInCode(address)));
  }

  if (asked === undefined) return <AddressForm email={email} submitLabel="Send the code" onSubmit={send} />;
  const { address } = asked;
  return (
    <>
      <CodeForm
        asked={asked}
        submitLabel="Sign in"
        onResend={() => send(address)}
        onSubmit={async (answer) => {
          const step = await client.logInWithCode(address, answer);
          forgetAskedCode();
          onStep(step);
        }}
      >
        If <strong>{addressText(address)}</strong> belongs to an account, a code is on its way to it.
      </CodeForm>
      <button type="button" className="link" onClick={() => setAsked(undefined)}>
        Use another address
      </button>
    </>
  );
}
