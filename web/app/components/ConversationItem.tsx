import { memo } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import {
  type ConversationState,
  isMember,
  isMuted,
  lastActivityMs,
  unreadCount,
} from '../../client/conversation-state.ts';
import { conversationName, personName } from '../names.ts';
import { plainText } from '../plain-text.ts';
import { conversationHref } from '../route.ts';
import { systemText } from '../system-text.ts';
import { listTime } from '../times.ts';
import { Avatar } from './Avatar.tsx';
import { AlertIcon, ClockIcon, MutedIcon } from './icons.tsx';
import { PersonAvatar } from './PersonAvatar.tsx';

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
  const unread = isMember(conversation) ? unreadCount(conversation) : 0;
  const other = view.members.find((person) => person.user_id !== myId);
  const isGroup = view.type !== 'direct';
  return (
    <li>
      <a
        className="conversation-item"
        href={conversationHref(conversation.convoId)}
        aria-current={isOpen ? 'page' : undefined}
        data-unread={unread > 0 || undefined}
      >
        {isGroup ? (
          <Avatar id={view.convo_id} name={name} isGroup />
        ) : (
          <PersonAvatar id={other?.user_id ?? myId} name={name} />
        )}
        <span className="item-name">
          {name}
          {isMuted(conversation, Date.now()) && (
            <>
              <MutedIcon />
              <span className="visually-hidden"> muted</span>
            </>
          )}
        </span>
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

/** A message without a text of its own passes on another, or is deleted. */
function EmptyPreview({ conversation }: { readonly conversation: ConversationState }) {
  const { lastMessage, timeline } = conversation;
  const message = timeline.messages.findLast(({ seq_no: seqNo }) => seqNo === lastMessage?.seq_no);
  if (message?.deleted_at === undefined && message?.forwarded !== undefined)
    return <>{plainText(message.forwarded.content)}</>;
  return <em>{message === undefined ? 'A message without text' : 'Message deleted'}</em>;
}

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
        {plainText(pending.content || (pending.forwarded?.content ?? ''))}
      </>
    );
  }
  const last = conversation.lastMessage;
  if (last === undefined) return <>No messages yet</>;
  if (last.system !== undefined)
    return <>{systemText({ sender_id: last.sender_id, system: last.system }, { people, myId })}</>;
  const isNamed = conversation.view.type !== 'direct' || last.sender_id === myId;
  return (
    <>
      {isNamed && `${personName(people, last.sender_id, myId)}: `}
      {last.preview === '' ? <EmptyPreview conversation={conversation} /> : plainText(last.preview)}
    </>
  );
}
