import type { MessageChange, PendingChange } from '../../client/message-changes.ts';
import { activeChat } from '../chat-store.ts';
import { plainText } from '../plain-text.ts';
import { AlertIcon } from './icons.tsx';

/** Says that a change of ours was refused, and offers to give it up. One that is on its way needs no words. */
export function FailedChange({ change }: { readonly change: PendingChange }) {
  if (change.state !== 'failed') return null;
  return (
    <p className="failed" role="status">
      <AlertIcon />
      <span>
        {what(change.change)}
        {change.error === undefined ? '' : `: ${change.error.detail}`}
      </span>
      <button type="button" className="link" onClick={() => void activeChat().retry(change.client_msg_id)}>
        Try again
      </button>
      <button type="button" className="link" onClick={() => void activeChat().discard(change.client_msg_id)}>
        Undo
      </button>
    </p>
  );
}

function what(change: MessageChange): string {
  switch (change.kind) {
    case 'edit':
      return `Not changed to “${plainText(change.content)}”`;
    case 'delete':
      return 'Not deleted';
    case 'react':
      return `${change.emoji} was not added`;
    case 'unreact':
      return `${change.emoji} was not taken back`;
    case 'pin':
      return 'Not pinned';
    case 'unpin':
      return 'Still pinned';
  }
}
