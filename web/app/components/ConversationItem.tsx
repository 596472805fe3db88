import { memo } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { type ConversationState, lastActivityMs, unreadCount } from '../../client/conversation-state.ts';
import { conversationName, personName } from '../names.ts';
import { conversationHref } from '../route.ts';
import { listTime } from '../times.ts';
import { Avatar } from './Avatar.tsx';
import { AlertIcon, ClockIcon } from './icons.tsx';

export interface ConversationItemProps {
  readonly conversation: ConversationState;
  readonly people: ReadonlyMap<string, PersonView>;
  readonly myId: string;
  readonly isOpen: boolean;
  /** Changes at midnight, so that times are written anew. */
  readonly today: string;
}

export const ConversationItem = memo(function ConversationItem(props: ConversationItemProps) {
  const { conversation, people, myId, isOpen } = props;
  const { view } = conversation;
  const name = conversationName(view, myId);
  const unread = unreadCount(conversation);
  const other = view.members.find((person) => person.user_id !== myId);
  const isGroup = view.type === 'group';
  return (
    <li>
      <a
        className="conversation-item"
        href={conversationHref(conversation.convoId)}
        aria-current={isOpen ? 'page' : undefined}
        data-unread={unread > 0 || undefined}
      >
        <Avatar id={isGroup ? view.convo_id : (other?.user_id ?? myId)} name={name} isGroup={isGroup} />
        <span className="item-name">{name}</span>
        <LastTime conversation={conversation} />
        <span className="item-preview">
          <Preview conversation={conversation} people={people} myId={myId} />
        </span>
        {unread > 0 && (
          <span className="badge">
            {unread > 99 ? '99+' : unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
});

function LastTime({ conversation }: { readonly conversation: ConversationState }) {
  if (conversation.lastMessage === undefined && conversation.timeline.pending.length === 0) return null;
  const time = new Date(lastActivityMs(conversation));
  return (
    <time className="item-time" dateTime={time.toISOString()}>
      {listTime(time, new Date())}
    </time>
  );
}

function Preview({
  conversation,
  people,
  myId,
}: Pick<ConversationItemProps, 'conversation' | 'people' | 'myId'>) {
  const pending = conversation.timeline.pending.at(-1);
  if (pending !== undefined) {
    return (
      <>
        {pending.state === 'failed' ? <AlertIcon /> : <ClockIcon />}
        <span className="visually-hidden">
          {pending.state === 'failed' ? 'Not sent: ' : 'Waiting to be sent: '}
        </span>
        {pending.content}
      </>
    );
  }
  const last = conversation.lastMessage;
  if (last === undefined) return <>No messages yet</>;
  const isNamed = conversation.view.type === 'group' || last.sender_id === myId;
  return (
    <>
      {isNamed && `${personName(people, last.sender_id, myId)}: `}
      {last.preview === '' ? <em>Message deleted</em> : last.preview}
    </>
  );
}
