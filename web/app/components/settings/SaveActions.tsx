import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import type { Attempt } from '../use-submit.ts';

export interface SaveActionsProps {
  readonly attempt: Attempt;
  /** What the form shows is what is kept. */
  readonly isSaved: boolean;
}

/** The end of a form that stays open after it was saved. */
export function SaveActions({ attempt, isSaved }: SaveActionsProps) {
  return (
    <>
      <FormError text={attempt.error} />
      <div className="form-actions">
        <SubmitButton attempt={attempt} busy="Saving…">
          Save
        </SubmitButton>
        <p className="hint" role="status">
          {isSaved ? 'Saved.' : ''}
        </p>
      </div>
    </>
  );
}
