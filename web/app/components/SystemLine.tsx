import { useOpenConversation } from '../conversation-context.ts';
import type { ShownMessage } from '../message-groups.ts';
import { systemText } from '../system-text.ts';
import { fullTime } from '../times.ts';
import { messageId } from './MessageBubble.tsx';

/** A line that nobody wrote. */
export function SystemLine({ shown }: { readonly shown: ShownMessage }) {
  const names = useOpenConversation();
  const { message } = shown;
  if (message?.system === undefined) return null;
  return (
    <p
      className="system-line"
      id={messageId(message.seq_no, names.thread)}
      tabIndex={-1}
      title={fullTime(shown.at)}
    >
      {systemText({ sender_id: message.sender_id, system: message.system }, names)}
    </p>
  );
}
