import { useState } from 'react';
import { FormError } from './FormError.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useAction } from './use-submit.ts';

/** Sends a new code, which ends the one before; counts down where the server asks to wait. */
export function ResendCode({ onResend }: { readonly onResend: () => Promise<unknown> }) {
  const [count, setCount] = useState(0);
  const action = useAction(async () => {
    await onResend();
    setCount((before) => before + 1);
  });
  return (
    <div className="resend">
      <SubmitButton attempt={action} busy="Sending…" className="link" onClick={action.run}>
        Send a new code
      </SubmitButton>
      <p className="hint" role="status">
        {count > 0 && !action.isBusy && action.error === undefined
          ? `A new code is on its way${count > 1 ? ` (${count})` : ''}. Only the newest one works.`
          : ''}
      </p>
      <FormError text={action.error} />
    </div>
  );
}
