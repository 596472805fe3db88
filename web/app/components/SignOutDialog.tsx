import { Dialog } from './Dialog.tsx';

export interface SignOutDialogProps {
  readonly unsent: number;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}

export function SignOutDialog({ unsent, onCancel, onConfirm }: SignOutDialogProps) {
  return (
    <Dialog title="Sign out?" onClose={onCancel}>
      <p>
        {unsent === 1 ? 'One message has' : `${unsent} messages have`} not been sent. Signing out deletes
        everything that is kept on this device, unsent messages too.
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
