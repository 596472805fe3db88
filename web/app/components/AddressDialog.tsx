import { useState } from 'react';
import type { Address } from '../../client/sign-in-api.ts';
import { addressText, parseAddress, parsePhone } from '../address.ts';
import { askedCode, forgetAskedCode, rememberAskedCode } from '../asked-code.ts';
import { client } from '../chat-store.ts';
import { confirmed } from '../reauthentication.ts';
import { CodeForm } from './CodeForm.tsx';
import { Dialog } from './Dialog.tsx';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useSubmit } from './use-submit.ts';

const words = {
  email: { title: 'Confirm your e-mail', label: 'New e-mail', wrong: 'This is not an e-mail address.' },
  phone: {
    title: 'Confirm your phone number',
    label: 'Phone number',
    wrong: 'Begin with + and the country code, for example +49 151 1234 5678.',
  },
} as const;

export interface AddressDialogProps {
  readonly kind: keyof typeof words;
  /** What to confirm; without it a new address is asked for first. */
  readonly address?: Address;
  readonly onClose: () => void;
}

/** Proves that an address is one's own, by a code that is sent there. */
export default function AddressDialog({ kind, address, onClose }: AddressDialogProps) {
  const [asked, setAsked] = useState(() => (address ? askedCode('verify', address) : undefined));

  async function send(to: Address): Promise<void> {
    const challenge = await confirmed(() => client.account.requestVerification(to));
    setAsked(rememberAskedCode('verify', to, challenge));
  }

  return (
    <Dialog title={words[kind].title} onClose={onClose}>
      {asked === undefined ? (
        <AddressStep kind={kind} address={address} onSubmit={send} />
      ) : (
        <CodeForm
          asked={asked}
          submitLabel="Confirm"
          onResend={() => send(asked.address)}
          onSubmit={async (answer) => {
            client.showMe(await client.account.verify(asked.address, answer));
            forgetAskedCode();
            onClose();
          }}
        >
          A code was sent to <strong>{addressText(asked.address)}</strong>.
        </CodeForm>
      )}
    </Dialog>
  );
}

interface AddressStepProps extends Pick<AddressDialogProps, 'kind'> {
  readonly address: Address | undefined;
  readonly onSubmit: (address: Address) => Promise<void>;
}

function AddressStep({ kind, address, onSubmit }: AddressStepProps) {
  const [isWrong, setWrong] = useState(false);
  const submission = useSubmit(async (field) => {
    const parsed = address ?? (kind === 'phone' ? parsePhone : parseAddress)(field(kind));
    setWrong(parsed === undefined);
    if (parsed !== undefined) await onSubmit(parsed);
  });
  const { label, wrong } = words[kind];
  return (
    <form onSubmit={submission.onSubmit} className="stack">
      {address === undefined ? (
        <Field
          label={label}
          name={kind}
          type={kind === 'email' ? 'email' : 'tel'}
          autoComplete={kind === 'email' ? 'email' : 'tel'}
          error={isWrong ? wrong : submission.fieldError(kind)}
          required
          data-autofocus
        />
      ) : (
        <p>
          A six-digit code goes to <strong>{addressText(address)}</strong>.
        </p>
      )}
      <FormError text={submission.error} />
      <div className="dialog-actions">
        <SubmitButton attempt={submission} busy="Sending…">
          Send the code
        </SubmitButton>
      </div>
    </form>
  );
}
