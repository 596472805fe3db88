import { useState } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { limits } from '../../../shared/limits.ts';
import { activeChat } from '../chat-store.ts';
import { conversationHref, goTo } from '../route.ts';
import { Dialog } from './Dialog.tsx';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { PeopleSearch } from './PeopleSearch.tsx';
import { useSubmit } from './use-submit.ts';

export interface NewConversationDialogProps {
  readonly myId: string;
  readonly onClose: () => void;
}

/** One person makes a direct conversation, several make a group with a name. */
export function NewConversationDialog({ myId, onClose }: NewConversationDialogProps) {
  const [chosen, setChosen] = useState<readonly PersonView[]>([]);
  const isGroup = chosen.length > 1;
  const { isBusy, error, onSubmit } = useSubmit(async (field) => {
    const members = chosen.map((person) => person.user_id);
    const convoId = await activeChat().openConversation(
      isGroup ? { type: 'group', title: field('title').trim(), members } : { type: 'direct', members },
    );
    onClose();
    goTo(conversationHref(convoId));
  });

  return (
    <Dialog title="New conversation" onClose={onClose}>
      <form onSubmit={onSubmit} className="stack">
        <PeopleSearch myId={myId} chosen={chosen} onChange={setChosen} />
        {isGroup && (
          <Field
            label="Name of the group"
            name="title"
            maxLength={limits.conversationTitleMaxChars}
            autoComplete="off"
            pattern=".*\S.*"
            required
          />
        )}
        <FormError text={error} />
        <div className="dialog-actions">
          <button type="submit" className="primary" disabled={isBusy || chosen.length === 0}>
            {isGroup ? 'Create group' : 'Start conversation'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
