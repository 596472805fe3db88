import { Dialog } from './Dialog.tsx';

export interface Unsent {
  readonly messages: number;
  /** Of messages: edits, reactions and so on. */
  readonly changes: number;
}

export interface SignOutDialogProps {
  readonly unsent: Unsent;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}

export function SignOutDialog({ unsent, onCancel, onConfirm }: SignOutDialogProps) {
  return (
    <Dialog title="Sign out?" onClose={onCancel}>
      <p>
        {unsentText(unsent)} not been sent. Signing out deletes everything that is kept on this device, and
        that too.
      </p>
      <div className="dialog-actions">
        <button type="button" onClick={onCancel}>
          Stay
        </button>
        <button type="button" className="primary" onClick={onConfirm}>
          Delete and sign out
        </button>
      </div>
    </Dialog>
  );
}

function unsentText({ messages, changes }: Unsent): string {
  const parts = [
    ...(messages === 0 ? [] : [messages === 1 ? 'one message' : `${messages} messages`]),
    ...(changes === 0 ? [] : [changes === 1 ? 'one change' : `${changes} changes`]),
  ];
  const text = parts.join(' and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${messages + changes === 1 ? 'has' : 'have'}`;
}
