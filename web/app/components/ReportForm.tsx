import { useState } from 'react';
import type { ReportCategory, ReportRequest } from '../../../events/membership-contracts.ts';
import { limits } from '../../../shared/limits.ts';
import { activeChat } from '../chat-store.ts';
import { ChoiceField } from './ChoiceField.tsx';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useSubmit } from './use-submit.ts';

const categories: readonly { readonly value: ReportCategory; readonly name: string }[] = [
  { value: 'spam', name: 'Spam' },
  { value: 'harassment', name: 'Harassment' },
  { value: 'violence', name: 'Violence' },
  { value: 'sexual', name: 'Sexual content' },
  { value: 'illegal', name: 'Something illegal' },
  { value: 'other', name: 'Something else' },
];

export interface ReportFormProps {
  /** What is reported: a message, a person, or both. */
  readonly subject: Pick<ReportRequest, 'convo_id' | 'seq_no' | 'user_id'>;
  readonly onClose: () => void;
}

/** Tells those who run this about a message or a person. */
export function ReportForm({ subject, onClose }: ReportFormProps) {
  const [isSent, setSent] = useState(false);
  const submission = useSubmit(async (field) => {
    const note = field('note').trim();
    const category = categories.find(({ value }) => value === field('category'))?.value ?? 'other';
    await activeChat().moderation.report({ ...subject, category, ...(note !== '' && { note }) });
    setSent(true);
  });
  if (isSent)
    return (
      <div className="stack">
        <p role="status">Thank you. Those who run this Confab will look at it.</p>
        <div className="dialog-actions">
          <button type="button" className="primary" onClick={onClose}>
            Done
          </button>
        </div>
      </div>
    );
  return (
    <form className="stack" onSubmit={submission.onSubmit}>
      <ChoiceField label="What is wrong" name="category" defaultValue="spam" options={categories} />
      <Field
        label="What should they know? (optional)"
        name="note"
        autoComplete="off"
        maxLength={limits.reportNoteMaxChars}
        error={submission.fieldError('note')}
      />
      <p className="hint">The other person is not told.</p>
      <FormError text={submission.error} />
      <div className="dialog-actions">
        <SubmitButton attempt={submission} className="danger" busy="Reporting…">
          Report
        </SubmitButton>
      </div>
    </form>
  );
}
