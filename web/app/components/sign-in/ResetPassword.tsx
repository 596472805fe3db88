import { useState } from 'react';
import type { Address } from '../../../client/sign-in-api.ts';
import { addressText } from '../../address.ts';
import { askedCode, forgetAskedCode, rememberAskedCode } from '../../asked-code.ts';
import { client } from '../../chat-store.ts';
import { CodeForm } from '../CodeForm.tsx';
import { PasswordField } from '../PasswordField.tsx';
import { AddressForm } from './AddressForm.tsx';

export interface ResetPasswordProps {
  readonly email: string;
  readonly onDone: (email: string) => void;
}

/** A code that was sent to an address sets a new password. */
export default function ResetPassword({ email, onDone }: ResetPasswordProps) {
  const [asked, setAsked] = useState(() => askedCode('reset'));

  async function send(address: Address): Promise<void> {
    setAsked(rememberAskedCode('reset', address, await client.requestResetCode(address)));
  }

  if (asked === undefined) return <AddressForm email={email} submitLabel="Send the code" onSubmit={send} />;
  const { address } = asked;
  return (
    <>
      <CodeForm
        asked={asked}
        submitLabel="Set the new password"
        more={({ fieldError }) => (
          <PasswordField
            label="New password"
            name="new_password"
            autoComplete="new-password"
            error={fieldError('new_password')}
            required
          />
        )}
        onResend={() => send(address)}
        onSubmit={async (answer, field) => {
          await client.resetPassword(address, answer, field('new_password'));
          forgetAskedCode();
          onDone('email' in address ? address.email : email);
        }}
      >
        If <strong>{addressText(address)}</strong> belongs to an account, a code is on its way to it. You will
        be signed out everywhere.
      </CodeForm>
      <button type="button" className="link" onClick={() => setAsked(undefined)}>
        Use another address
      </button>
    </>
  );
}
