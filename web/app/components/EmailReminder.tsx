import { lazy, useState } from 'react';
import type { Me } from '../../../events/user-contracts.ts';
import { dismissReminder, useChatStore } from '../chat-store.ts';
import { Loading } from './Loading.tsx';

const AddressDialog = lazy(() => import('./AddressDialog.tsx'));

/** As long as nobody has proved that the address is theirs; it can be sent away. */
export function EmailReminder({ me }: { readonly me: Me }) {
  const isDismissed = useChatStore((store) => store.isReminderDismissed);
  const [isOpen, setOpen] = useState(false);
  if (isOpen)
    return (
      <Loading>
        <AddressDialog kind="email" address={{ email: me.email }} onClose={() => setOpen(false)} />
      </Loading>
    );
  if (me.email_verified || isDismissed) return null;
  return (
    <section className="reminder" aria-label="Confirm your e-mail">
      <p>
        Confirm your e-mail: a code was sent to <strong>{me.email}</strong>.
      </p>
      <button type="button" className="link" onClick={() => setOpen(true)}>
        Enter the code
      </button>
      <button type="button" className="link" onClick={dismissReminder}>
        Not now
      </button>
    </section>
  );
}
