import { lazy, type Ref, useState } from 'react';
import type { ConversationView, PersonView } from '../../../events/server-frames.ts';
import type { ChatState } from '../../client/chat-state.ts';
import type { ConversationState } from '../../client/conversation-state.ts';
import { listHref } from '../route.ts';
import { Avatar } from './Avatar.tsx';
import { BackIcon, InfoIcon, PinIcon } from './icons.tsx';
import { Loading } from './Loading.tsx';
import { PersonAvatar } from './PersonAvatar.tsx';
import { PresenceLine } from './PresenceLine.tsx';

const PersonDialog = lazy(() => import('./PersonDialog.tsx'));
const DetailsDialog = lazy(() => import('./details/DetailsDialog.tsx'));

export interface ConversationHeaderProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
  readonly name: string;
  readonly headingRef: Ref<HTMLHeadingElement>;
  readonly onShowPins: () => void;
}

export function ConversationHeader(props: ConversationHeaderProps) {
  const { chat, conversation, name, headingRef, onShowPins } = props;
  const { view } = conversation;
  const myId = chat.me.user_id;
  const others = view.members.filter((person) => person.user_id !== myId);
  const isGroup = view.type !== 'direct';
  const [isShowing, setShowing] = useState(false);
  const person = isGroup ? undefined : others[0];
  const close = () => setShowing(false);
  return (
    <header className="conversation-header">
      <a className="icon-button back" href={listHref} aria-label="Back to your conversations">
        <BackIcon />
      </a>
      {isGroup ? (
        <Avatar id={view.convo_id} name={name} isGroup size="small" />
      ) : (
        <PersonAvatar id={person?.user_id ?? myId} name={name} size="small" />
      )}
      <div className="conversation-title">
        <h1 ref={headingRef} tabIndex={-1}>
          {name}
        </h1>
        <p>
          {isGroup && groupLine(view, others)}
          {person !== undefined && <PresenceLine userId={person.user_id} before={handleLine(person)} />}
        </p>
      </div>
      <button type="button" className="icon-button" aria-label="Pinned messages" onClick={onShowPins}>
        <PinIcon />
      </button>
      {(isGroup || person !== undefined) && (
        <button
          type="button"
          className="icon-button"
          aria-label={`About ${name}`}
          onClick={() => setShowing(true)}
        >
          <InfoIcon />
        </button>
      )}
      {isShowing && (
        <Loading>
          {person === undefined ? (
            <DetailsDialog chat={chat} conversation={conversation} onClose={close} />
          ) : (
            <PersonDialog person={person} conversation={conversation} onClose={close} />
          )}
        </Loading>
      )}
    </header>
  );
}

function handleLine(person: PersonView): string {
  return person.deleted ? 'This account is gone' : `@${person.handle}`;
}

/** The topic; without one: You, Grace, Linus and 12 more. */
function groupLine(view: ConversationView, others: ConversationView['members']): string {
  if (view.state !== 'member') return 'You are not in it any more';
  if (view.topic !== null) return view.topic;
  const names = ['You', ...others.map((person) => person.display_name)];
  const unnamed = view.member_count - names.length;
  return unnamed > 0 ? `${names.join(', ')} and ${unnamed} more` : names.join(', ');
}
