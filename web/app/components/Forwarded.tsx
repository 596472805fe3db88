import type { MessageView } from '../../../events/http-contracts.ts';
import { useOpenConversation } from '../conversation-context.ts';
import { personName } from '../names.ts';
import { mediumTime } from '../times.ts';
import { MessageText } from './MessageText.tsx';

export interface ForwardedProps {
  readonly forwarded: NonNullable<MessageView['forwarded']>;
}

/** Another message as it was when it was passed on. */
export function Forwarded({ forwarded }: ForwardedProps) {
  const { people, myId } = useOpenConversation();
  const name = personName(people, forwarded.sender_id, myId);
  return (
    <blockquote className="forwarded">
      <p className="forwarded-head">
        Forwarded from {name === 'You' ? 'you' : name},{' '}
        <time dateTime={forwarded.created_at}>{mediumTime(new Date(forwarded.created_at))}</time>
      </p>
      <MessageText text={forwarded.content} mentioned={[]} myId={myId} />
    </blockquote>
  );
}
