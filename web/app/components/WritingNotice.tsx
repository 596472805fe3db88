import type { Writing } from '../conversation-context.ts';
import { messageSummary } from '../message-summary.ts';
import { CloseIcon } from './icons.tsx';

export interface WritingNoticeProps {
  readonly writing: Writing;
  /** Whose message it is. */
  readonly name: string;
  readonly onCancel: () => void;
}

/** Above the composer: what the text will be, an answer or an edit. */
export function WritingNotice({ writing, name, onCancel }: WritingNoticeProps) {
  const isReply = writing.kind === 'reply';
  return (
    <div className="writing-notice">
      <p>
        <span className="quote-name">{isReply ? `Answer to ${name}` : 'Edit your message'}</span>
        <span className="quote-text">{messageSummary(writing.message)}</span>
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label={isReply ? 'Do not answer this message' : 'Do not edit this message'}
        onClick={onCancel}
      >
        <CloseIcon />
      </button>
    </div>
  );
}
