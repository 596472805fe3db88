import { limits } from '../../../../shared/limits.ts';
import { activeChat } from '../../chat-store.ts';
import { Field } from '../Field.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';
import type { DetailsProps } from './DetailsDialog.tsx';

export function EditView({ conversation, onDone }: DetailsProps & { readonly onDone: () => void }) {
  const { convoId, view } = conversation;
  const submission = useSubmit(async (field) => {
    const title = field('title').trim();
    const topic = field('topic').trim() || null;
    const changes = { ...(title !== view.title && { title }), ...(topic !== view.topic && { topic }) };
    if (Object.keys(changes).length > 0) await activeChat().membership.update(convoId, changes);
    onDone();
  });
  return (
    <form className="stack" onSubmit={submission.onSubmit}>
      <Field
        label="Name"
        name="title"
        autoComplete="off"
        defaultValue={view.title ?? ''}
        maxLength={limits.conversationTitleMaxChars}
        pattern=".*\S.*"
        error={submission.fieldError('title')}
        required
        data-autofocus
      />
      <Field
        label="Topic"
        name="topic"
        autoComplete="off"
        defaultValue={view.topic ?? ''}
        maxLength={limits.conversationTopicMaxChars}
        error={submission.fieldError('topic')}
      />
      <FormError text={submission.error} />
      <div className="dialog-actions">
        <SubmitButton attempt={submission} busy="Saving…">
          Save
        </SubmitButton>
      </div>
    </form>
  );
}
