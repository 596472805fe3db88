import { lazy, type Ref, useState } from 'react';
import type { ConversationView, PersonView } from '../../../events/server-frames.ts';
import { listHref } from '../route.ts';
import { Avatar } from './Avatar.tsx';
import { BackIcon, InfoIcon, PinIcon } from './icons.tsx';
import { Loading } from './Loading.tsx';

const PersonDialog = lazy(() => import('./PersonDialog.tsx'));

export interface ConversationHeaderProps {
  readonly view: ConversationView;
  readonly myId: string;
  readonly name: string;
  readonly headingRef: Ref<HTMLHeadingElement>;
  readonly onShowPins: () => void;
}

export function ConversationHeader(props: ConversationHeaderProps) {
  const { view, myId, name, headingRef, onShowPins } = props;
  const others = view.members.filter((person) => person.user_id !== myId);
  const isGroup = view.type === 'group';
  const [isShowingPerson, setShowingPerson] = useState(false);
  const person = isGroup ? undefined : others[0];
  return (
    <header className="conversation-header">
      <a className="icon-button back" href={listHref} aria-label="Back to your conversations">
        <BackIcon />
      </a>
      <Avatar
        id={isGroup ? view.convo_id : (others[0]?.user_id ?? myId)}
        name={name}
        isGroup={isGroup}
        size="small"
      />
      <div className="conversation-title">
        <h1 ref={headingRef} tabIndex={-1}>
          {name}
        </h1>
        <p>{isGroup ? groupLine(view, others) : others.map(handleLine).join(', ')}</p>
      </div>
      <button type="button" className="icon-button" aria-label="Pinned messages" onClick={onShowPins}>
        <PinIcon />
      </button>
      {person !== undefined && (
        <button
          type="button"
          className="icon-button"
          aria-label={`About ${name}`}
          onClick={() => setShowingPerson(true)}
        >
          <InfoIcon />
        </button>
      )}
      {isShowingPerson && person !== undefined && (
        <Loading>
          <PersonDialog person={person} onClose={() => setShowingPerson(false)} />
        </Loading>
      )}
    </header>
  );
}

function handleLine(person: PersonView): string {
  return person.deleted ? 'This account is gone' : `@${person.handle}`;
}

/** You, Grace, Linus and 12 more. */
function groupLine(view: ConversationView, others: ConversationView['members']): string {
  const names = ['You', ...others.map((person) => person.display_name)];
  const unnamed = view.member_count - names.length;
  return unnamed > 0 ? `${names.join(', ')} and ${unnamed} more` : names.join(', ');
}
