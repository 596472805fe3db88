import { useState } from 'react';
import type { Me } from '../../../events/user-contracts.ts';
import { addressText } from '../address.ts';
import { type AskedCode, forgetAskedCode, rememberAskedCode } from '../asked-code.ts';
import { client } from '../chat-store.ts';
import { proofDeclined, proofGiven } from '../reauthentication.ts';
import { CodeForm } from './CodeForm.tsx';
import { Dialog } from './Dialog.tsx';
import { FormError } from './FormError.tsx';
import { PasswordField } from './PasswordField.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useAction, useSubmit } from './use-submit.ts';

/** Before something that a thief of the open page must not do: is it really you? */
export default function ReauthenticateDialog({ me }: { readonly me: Me }) {
  const [asked, setAsked] = useState<AskedCode>();

  async function send(): Promise<void> {
    const address = { email: me.email };
    setAsked(rememberAskedCode('login', address, await client.requestLogInCode(address)));
  }

  return (
    <Dialog title="Confirm that it is you" onClose={proofDeclined}>
      {asked === undefined ? (
        <PasswordProof me={me} onCode={send} />
      ) : (
        <CodeForm
          asked={asked}
          submitLabel="Confirm"
          onResend={send}
          onSubmit={async (answer) => {
            await client.account.reauthenticate({ ...asked.address, ...answer });
            forgetAskedCode();
            proofGiven();
          }}
        >
          A code was sent to <strong>{addressText(asked.address)}</strong>.
        </CodeForm>
      )}
    </Dialog>
  );
}

interface PasswordProofProps {
  readonly me: Me;
  readonly onCode: () => Promise<void>;
}

function PasswordProof({ me, onCode }: PasswordProofProps) {
  const submission = useSubmit(async (field) => {
    await client.account.reauthenticate({ password: field('current_password') });
    proofGiven();
  });
  const code = useAction(onCode);
  return (
    <form onSubmit={submission.onSubmit} className="stack">
      <p>It was a while ago that you signed in, and what you are about to do is important.</p>
      <UserName email={me.email} />
      <PasswordField
        label="Password"
        name="current_password"
        autoComplete="current-password"
        error={submission.fieldError('current_password')}
        required
        data-autofocus
      />
      <FormError text={submission.error ?? code.error} />
      <div className="dialog-actions">
        <SubmitButton attempt={code} className="" busy="Sending…" onClick={code.run}>
          E-mail me a code
        </SubmitButton>
        <SubmitButton attempt={submission}>Confirm</SubmitButton>
      </div>
    </form>
  );
}

/** Password managers need to know whose password it is. */
export function UserName({ email }: { readonly email: string }) {
  return <input type="email" autoComplete="username" value={email} readOnly hidden />;
}
