import { useState } from 'react';
import type { Me } from '../../../../events/user-contracts.ts';
import { client } from '../../chat-store.ts';
import { useSubmit } from '../use-submit.ts';
import { SaveActions } from './SaveActions.tsx';

const choices = [
  {
    name: 'read_receipts',
    label: 'Read receipts',
    hint: 'Others see how far you have read. Without it, you do not see how far they have.',
  },
  { name: 'typing', label: 'Typing', hint: 'Others see when you write.' },
  { name: 'presence', label: 'Presence', hint: 'Others see whether you are here, and when you last were.' },
] as const;

/** What others may see of what one does. */
export function PrivacySection({ me }: { readonly me: Me }) {
  const [isSaved, setSaved] = useState(false);
  const submission = useSubmit(async (field) => {
    setSaved(false);
    const privacy = {
      read_receipts: field('read_receipts') === 'on',
      typing: field('typing') === 'on',
      presence: field('presence') === 'on',
    };
    client.showMe(await client.account.update({ privacy }));
    setSaved(true);
  });
  return (
    <form className="stack" onSubmit={submission.onSubmit} onInput={() => setSaved(false)}>
      {choices.map(({ name, label, hint }) => (
        <div key={name} className="check">
          <input
            type="checkbox"
            id={`privacy-${name}`}
            name={name}
            defaultChecked={me.privacy[name]}
            aria-describedby={`privacy-${name}-hint`}
          />
          <label htmlFor={`privacy-${name}`}>{label}</label>
          <p className="hint" id={`privacy-${name}-hint`}>
            {hint}
          </p>
        </div>
      ))}
      <SaveActions attempt={submission} isSaved={isSaved} />
    </form>
  );
}
