import { memo } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import type { MessageGroup } from '../message-groups.ts';
import { dayName, fullTime, timeOfDay } from '../times.ts';
import { MessageBubble } from './MessageBubble.tsx';
import { PersonAvatar } from './PersonAvatar.tsx';
import { SentState, type SentStateView } from './SentState.tsx';
import { SystemLine } from './SystemLine.tsx';

export interface MessageGroupViewProps {
  readonly group: MessageGroup;
  readonly isMine: boolean;
  /** Whether the sender's name is needed, as among several people. */
  readonly isNamed: boolean;
  readonly sender: PersonView | undefined;
  readonly now: Date;
  readonly stateName: SentStateView['name'] | undefined;
  readonly stateText: string | undefined;
}

export const MessageGroupView = memo(function MessageGroupView(props: MessageGroupViewProps) {
  const { group, isMine, isNamed, sender, now, stateName, stateText } = props;
  const name = isMine ? 'You' : (sender?.display_name ?? 'Someone');
  const [first] = group.messages;
  const last = group.messages.at(-1);
  if (first === undefined || last === undefined) return null;
  return (
    <li>
      {group.startsDay && <p className="day">{dayName(first.at, now)}</p>}
      {group.startsUnread && (
        <p className="unread-line" data-unread-line>
          <span>New</span>
        </p>
      )}
      {group.isLine ? (
        <SystemLine shown={first} />
      ) : (
        <article className="group" data-mine={isMine || undefined}>
          {isNamed && !isMine && <PersonAvatar id={group.senderId} name={name} size="small" />}
          <div className="group-body">
            <h2 className={isNamed && !isMine ? 'sender' : 'visually-hidden'}>{name}</h2>
            {group.messages.map((message) => (
              <MessageBubble key={message.key} message={message} name={name} />
            ))}
            <p className="group-foot">
              <time dateTime={last.at.toISOString()} title={fullTime(last.at)}>
                {timeOfDay(last.at)}
              </time>
              {stateName !== undefined && <SentState name={stateName} text={stateText ?? ''} />}
            </p>
          </div>
        </article>
      )}
    </li>
  );
});
