import { useState } from 'react';
import type { OpenConversationRequest } from '../../../events/http-contracts.ts';
import type { PersonView } from '../../../events/server-frames.ts';
import { limits } from '../../../shared/limits.ts';
import { activeChat } from '../chat-store.ts';
import { conversationHref, goTo } from '../route.ts';
import { Dialog } from './Dialog.tsx';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { PeopleSearch } from './PeopleSearch.tsx';
import { useSubmit } from './use-submit.ts';

/** A direct conversation, or a group as soon as there are several people or somebody asks for one; or a public room. */
type Kind = 'people' | 'group' | 'room';

const kinds: readonly { readonly kind: Kind; readonly label: string }[] = [
  { kind: 'people', label: 'People' },
  { kind: 'group', label: 'Group' },
  { kind: 'room', label: 'Public room' },
];

export interface NewConversationDialogProps {
  readonly myId: string;
  readonly onClose: () => void;
  readonly onFindRooms: () => void;
}

export function NewConversationDialog({ myId, onClose, onFindRooms }: NewConversationDialogProps) {
  const [asked, setAsked] = useState<Kind>('people');
  const [chosen, setChosen] = useState<readonly PersonView[]>([]);
  const kind = asked === 'people' && chosen.length > 1 ? 'group' : asked;
  const { isBusy, error, fieldError, onSubmit } = useSubmit(async (field) => {
    const members = chosen.map((person) => person.user_id);
    const convoId = await activeChat().openConversation(requestOf(kind, members, field));
    onClose();
    goTo(conversationHref(convoId));
  });

  return (
    <Dialog title="New conversation" onClose={onClose}>
      <form onSubmit={onSubmit} className="stack">
        <fieldset className="kinds">
          <legend className="visually-hidden">Kind of conversation</legend>
          {kinds.map(({ kind: each, label }) => (
            <label key={each}>
              <input
                type="radio"
                name="kind"
                value={each}
                checked={asked === each}
                onChange={() => setAsked(each)}
              />
              {label}
            </label>
          ))}
        </fieldset>
        {kind === 'room' && (
          <p className="hint">
            Everybody finds it, may come in and read all of it.{' '}
            <button type="button" className="link" onClick={onFindRooms}>
              Find a room that exists
            </button>
          </p>
        )}
        <PeopleSearch myId={myId} chosen={chosen} onChange={setChosen} />
        {kind !== 'people' && (
          <>
            <Field
              label={kind === 'room' ? 'Name of the room' : 'Name of the group'}
              name="title"
              maxLength={limits.conversationTitleMaxChars}
              autoComplete="off"
              pattern=".*\S.*"
              error={fieldError('title')}
              required
            />
            <Field
              label="Topic (optional)"
              name="topic"
              maxLength={limits.conversationTopicMaxChars}
              autoComplete="off"
              error={fieldError('topic')}
            />
          </>
        )}
        <FormError text={error} />
        <div className="dialog-actions">
          <button
            type="submit"
            className="primary"
            disabled={isBusy || (kind === 'people' && chosen.length === 0)}
          >
            {{ people: 'Start conversation', group: 'Create group', room: 'Create room' }[kind]}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function requestOf(kind: Kind, members: string[], field: (name: string) => string): OpenConversationRequest {
  if (kind === 'people') return { type: 'direct', members };
  const topic = field('topic').trim();
  return { type: kind, title: field('title').trim(), members, ...(topic !== '' && { topic }) };
}
