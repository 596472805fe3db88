import type { MessageView } from '../../../events/http-contracts.ts';
import { useOpenConversation } from '../conversation-context.ts';
import { messageSummary } from '../message-summary.ts';
import { personName } from '../names.ts';

export interface MessageQuoteProps {
  readonly seqNo: number;
  /** The message itself, if it is in the window. */
  readonly quoted: MessageView | undefined;
}

/** What a message answers, and the way there. */
export function MessageQuote({ seqNo, quoted }: MessageQuoteProps) {
  const { people, myId, jumpTo } = useOpenConversation();
  return (
    <button type="button" className="quote" onClick={() => jumpTo(seqNo)}>
      <span className="visually-hidden">In answer to: </span>
      {quoted === undefined ? (
        <span className="quote-text">An earlier message</span>
      ) : (
        <>
          <span className="quote-name">{personName(people, quoted.sender_id, myId)}</span>
          <span className="quote-text">{messageSummary(quoted)}</span>
        </>
      )}
    </button>
  );
}
