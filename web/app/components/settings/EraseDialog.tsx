import { useState } from 'react';
import { client } from '../../chat-store.ts';
import { confirmed } from '../../reauthentication.ts';
import { Dialog } from '../Dialog.tsx';
import { Field } from '../Field.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';

export interface EraseDialogProps {
  readonly handle: string;
  readonly onClose: () => void;
}

/** Nobody types their own handle by accident. */
export function EraseDialog({ handle, onClose }: EraseDialogProps) {
  const [typed, setTyped] = useState('');
  const submission = useSubmit(() => confirmed(() => client.eraseAccount()));
  return (
    <Dialog title="Erase your account?" onClose={onClose}>
      <form onSubmit={submission.onSubmit} className="stack">
        <p>This cannot be undone, and your handle will not be given to anybody else.</p>
        <Field
          label={`Type ${handle} to confirm`}
          name="confirmation"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          data-autofocus
        />
        <FormError text={submission.error} />
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Keep it
          </button>
          <SubmitButton
            attempt={submission}
            className="danger"
            busy="Erasing…"
            disabled={typed.trim().replace(/^@/, '') !== handle}
          >
            Erase for ever
          </SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}
