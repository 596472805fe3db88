import { useState } from 'react';
import type { Me } from '../../../../events/user-contracts.ts';
import { client } from '../../chat-store.ts';
import { confirmed } from '../../reauthentication.ts';
import { FormError } from '../FormError.tsx';
import { PasswordField } from '../PasswordField.tsx';
import { UserName } from '../ReauthenticateDialog.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';

export function PasswordSection({ me }: { readonly me: Me }) {
  /** Rises with every change, so that the fields are empty again. */
  const [changes, setChanges] = useState(0);
  const submission = useSubmit(async (field) => {
    const current = field('current_password');
    const next = field('new_password');
    await confirmed(() => client.account.changePassword(current === '' ? undefined : current, next));
    setChanges(changes + 1);
  });
  const { fieldError } = submission;
  return (
    <form onSubmit={submission.onSubmit} className="stack">
      <UserName email={me.email} />
      <div key={changes} className="stack">
        <PasswordField
          label="Current password"
          name="current_password"
          autoComplete="current-password"
          hint="Leave it empty if you have always signed in with a code."
          error={fieldError('current_password')}
        />
        <PasswordField
          label="New password"
          name="new_password"
          autoComplete="new-password"
          error={fieldError('new_password')}
          required
        />
      </div>
      <FormError text={submission.error} />
      <div className="form-actions">
        <SubmitButton attempt={submission} busy="Changing…">
          Change password
        </SubmitButton>
        <p className="hint" role="status">
          {changes > 0 && !submission.isBusy ? 'Changed. You are signed out everywhere else.' : ''}
        </p>
      </div>
    </form>
  );
}
