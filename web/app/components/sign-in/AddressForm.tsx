import { useEffect, useRef, useState } from 'react';
import type { Address } from '../../../client/sign-in-api.ts';
import { parseAddress } from '../../address.ts';
import { Field } from '../Field.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';

export interface AddressFormProps {
  /** What stands in it at first. */
  readonly email: string;
  readonly submitLabel: string;
  readonly onSubmit: (address: Address) => Promise<void>;
}

/** Asks where to send a code. */
export function AddressForm({ email, submitLabel, onSubmit }: AddressFormProps) {
  const [isNeither, setNeither] = useState(false);
  const submission = useSubmit(async (field) => {
    const address = parseAddress(field('address'));
    setNeither(address === undefined);
    if (address !== undefined) await onSubmit(address);
  });
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  return (
    <form ref={form} onSubmit={submission.onSubmit} className="stack">
      <Field
        label="E-mail or phone number"
        name="address"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        inputMode="email"
        defaultValue={email}
        hint="A phone number begins with + and the country code."
        error={
          isNeither
            ? 'This is neither an e-mail address nor a phone number.'
            : submission.fieldError('address')
        }
        required
      />
      <FormError text={submission.error} />
      <SubmitButton attempt={submission} busy="Sending…">
        {submitLabel}
      </SubmitButton>
    </form>
  );
}
