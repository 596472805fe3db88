import { useState } from 'react';
import type { Me } from '../../../../events/user-contracts.ts';
import AddressDialog, { type AddressDialogProps } from '../AddressDialog.tsx';

type Open = Pick<AddressDialogProps, 'kind' | 'address'>;

/** What belongs to the account only after a code that was sent there has come back. */
export function AddressesSection({ me }: { readonly me: Me }) {
  const [open, setOpen] = useState<Open>();
  return (
    <div className="stack">
      <dl className="facts">
        <div>
          <dt>E-mail</dt>
          <dd>
            <span>{me.email}</span> <Tag isGood={me.email_verified} />
          </dd>
          <dd className="fact-actions">
            {!me.email_verified && (
              <button type="button" onClick={() => setOpen({ kind: 'email', address: { email: me.email } })}>
                Confirm it
              </button>
            )}
            <button type="button" onClick={() => setOpen({ kind: 'email' })}>
              Change e-mail
            </button>
          </dd>
        </div>
        <div>
          <dt>Phone</dt>
          <dd>{me.phone === null ? <span className="muted">None</span> : me.phone}</dd>
          <dd className="fact-actions">
            <button type="button" onClick={() => setOpen({ kind: 'phone' })}>
              {me.phone === null ? 'Add a phone number' : 'Change phone number'}
            </button>
          </dd>
        </div>
      </dl>
      <p className="hint">
        You can sign in with a code that is sent to a confirmed address. It is also the way back when you
        forget your password.
      </p>
      {open !== undefined && <AddressDialog {...open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function Tag({ isGood }: { readonly isGood: boolean }) {
  return <span className={isGood ? 'tag tag-good' : 'tag'}>{isGood ? 'Confirmed' : 'Not confirmed'}</span>;
}
