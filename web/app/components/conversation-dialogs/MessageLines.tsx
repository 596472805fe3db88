import type { ReactNode } from 'react';
import type { MessageView } from '../../../../events/http-contracts.ts';
import { useOpenConversation } from '../../conversation-context.ts';
import { personName } from '../../names.ts';
import { plainText } from '../../plain-text.ts';
import { systemText } from '../../system-text.ts';
import { mediumTime } from '../../times.ts';

export interface MessageLinesProps {
  readonly messages: readonly MessageView[];
  readonly highlighted?: number;
  /** What can be done with each. */
  readonly actions?: (message: MessageView) => ReactNode;
}

/** Messages outside of their conversation. */
export function MessageLines({ messages, highlighted, actions }: MessageLinesProps) {
  const { people, myId } = useOpenConversation();
  const text = ({ content, forwarded, sender_id, system }: MessageView): string =>
    system === undefined
      ? plainText(content || (forwarded?.content ?? ''))
      : systemText({ sender_id, system }, { people, myId });
  return (
    <ol className="message-lines">
      {messages.map((message) => (
        <li key={message.seq_no} aria-current={message.seq_no === highlighted || undefined}>
          <p className="message-line-head">
            <strong>{personName(people, message.sender_id, myId)}</strong>{' '}
            <time className="muted" dateTime={message.created_at}>
              {mediumTime(new Date(message.created_at))}
            </time>
          </p>
          <p className="version-text" dir="auto">
            {message.deleted_at === undefined ? text(message) : <em>Message deleted</em>}
          </p>
          {actions?.(message)}
        </li>
      ))}
    </ol>
  );
}
