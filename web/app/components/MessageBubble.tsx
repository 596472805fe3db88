import { memo } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { activeChat } from '../chat-store.ts';
import { useOpenConversation } from '../conversation-context.ts';
import type { ShownMessage } from '../message-groups.ts';
import { FailedChange } from './FailedChange.tsx';
import { Forwarded } from './Forwarded.tsx';
import { AlertIcon } from './icons.tsx';
import { MessageMarks } from './MessageMarks.tsx';
import { MessageMenuButton } from './MessageMenuButton.tsx';
import { MessageQuote } from './MessageQuote.tsx';
import { MessageText } from './MessageText.tsx';
import { Reactions } from './Reactions.tsx';
import { ThreadChip } from './ThreadChip.tsx';
import { useLongPress } from './use-long-press.ts';

export interface MessageBubbleProps {
  readonly message: ShownMessage;
  /** Whose message it is, for the names of its buttons. */
  readonly name: string;
}

const nobody: PersonView[] = [];

export const MessageBubble = memo(function MessageBubble({ message: shown, name }: MessageBubbleProps) {
  const { myId, people, thread, openMenu } = useOpenConversation();
  const { message, mentions, changes, replyTo } = shown;
  const isDeleted = message?.deleted_at !== undefined;
  const longPress = useLongPress((element) => {
    if (message !== undefined && !isDeleted) openMenu(message, element);
  });
  const mentioned = (mentions ?? []).flatMap((id) => people.get(id) ?? nobody);
  const isForMe = shown.senderId !== myId && mentions?.some((id) => id === myId || id === 'all');
  return (
    <div className="message" id={message && messageId(message.seq_no, thread)} tabIndex={-1}>
      {replyTo !== undefined && <MessageQuote seqNo={replyTo} quoted={shown.quoted} />}
      <div className="bubble-line">
        <div
          className="bubble"
          data-state={shown.state}
          data-deleted={isDeleted || undefined}
          data-mentions-me={isForMe || undefined}
          {...longPress}
        >
          {isDeleted ? (
            <p>Message deleted</p>
          ) : (
            <>
              {shown.forwarded !== undefined && <Forwarded forwarded={shown.forwarded} />}
              {shown.content !== '' && <MessageText text={shown.content} mentioned={mentioned} myId={myId} />}
            </>
          )}
        </div>
        {message !== undefined && !isDeleted && <MessageMenuButton message={message} name={name} />}
      </div>
      {message !== undefined && <MessageMarks message={message} />}
      {message?.reactions !== undefined && <Reactions message={message} reactions={message.reactions} />}
      {message !== undefined && <ThreadChip message={message} />}
      {changes?.map((change) => (
        <FailedChange key={change.client_msg_id} change={change} />
      ))}
      {shown.state === 'failed' && <FailedMessage message={shown} />}
    </div>
  );
}, isSameMessage);

/** The element of a stored message on the page; of a root there are two while its thread is open. */
export function messageId(seqNo: number, thread?: number): string {
  return thread === undefined ? `message-${seqNo}` : `thread-message-${seqNo}`;
}

function FailedMessage({ message }: { readonly message: ShownMessage }) {
  return (
    <p className="failed">
      <AlertIcon />
      <span>Not sent{message.error === undefined ? '' : `: ${message.error}`}</span>
      <button type="button" className="link" onClick={() => void activeChat().retry(message.clientMsgId)}>
        Try again
      </button>
      <button type="button" className="link" onClick={() => void activeChat().discard(message.clientMsgId)}>
        Discard
      </button>
    </p>
  );
}

/** Every push makes new rows, but a stored message stays the same object until it changes. */
function isSameMessage(left: MessageBubbleProps, right: MessageBubbleProps): boolean {
  const before = left.message;
  const after = right.message;
  return (
    left.name === right.name &&
    before.key === after.key &&
    before.state === after.state &&
    before.error === after.error &&
    before.message === after.message &&
    before.quoted === after.quoted &&
    before.changes?.length === after.changes?.length &&
    (before.changes ?? []).every((change, index) => change === after.changes?.[index])
  );
}
