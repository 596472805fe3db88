import { memo } from 'react';
import { activeChat } from '../chat-store.ts';
import type { ShownMessage } from '../message-groups.ts';
import { AlertIcon } from './icons.tsx';
import { MessageText } from './MessageText.tsx';

export const MessageBubble = memo(function MessageBubble({ message }: { readonly message: ShownMessage }) {
  return (
    <>
      <div className="bubble" data-state={message.state}>
        <MessageText text={message.content} />
      </div>
      {message.state === 'failed' && (
        <p className="failed">
          <AlertIcon />
          <span>Not sent{message.error === undefined ? '' : `: ${message.error}`}</span>
          <button type="button" className="link" onClick={() => void activeChat().retry(message.clientMsgId)}>
            Try again
          </button>
          <button
            type="button"
            className="link"
            onClick={() => void activeChat().discard(message.clientMsgId)}
          >
            Discard
          </button>
        </p>
      )}
    </>
  );
}, isSameMessage);

/** A message never changes but for its state, and every push makes new objects. */
function isSameMessage(
  { message: left }: { readonly message: ShownMessage },
  { message: right }: { readonly message: ShownMessage },
): boolean {
  return left.key === right.key && left.state === right.state && left.error === right.error;
}
