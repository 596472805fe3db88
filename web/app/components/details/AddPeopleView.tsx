import { useState } from 'react';
import type { PersonView } from '../../../../events/server-frames.ts';
import { activeChat } from '../../chat-store.ts';
import { FormError } from '../FormError.tsx';
import { PeopleSearch } from '../PeopleSearch.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';
import type { DetailsProps } from './DetailsDialog.tsx';

export function AddPeopleView({
  chat,
  conversation,
  onDone,
}: DetailsProps & { readonly onDone: () => void }) {
  const [chosen, setChosen] = useState<readonly PersonView[]>([]);
  const submission = useSubmit(async () => {
    const { membership } = activeChat();
    for (const person of chosen) {
      await membership.add(conversation.convoId, person.user_id);
      // Whoever is in already is not added again when a later one is refused.
      setChosen((left) => left.filter((other) => other !== person));
    }
    onDone();
  });
  return (
    <form className="stack" onSubmit={submission.onSubmit}>
      <PeopleSearch myId={chat.me.user_id} chosen={chosen} onChange={setChosen} />
      <FormError text={submission.error} />
      <div className="dialog-actions">
        <SubmitButton attempt={submission} busy="Adding…" disabled={chosen.length === 0}>
          Add
        </SubmitButton>
      </div>
    </form>
  );
}
