import { type FormEvent, useState } from 'react';
import { emoji as emojiContract } from '../../../../events/client-frames.ts';
import type { MessageView } from '../../../../events/http-contracts.ts';
import { useOpenConversation } from '../../conversation-context.ts';
import { Dialog } from '../Dialog.tsx';
import { Field } from '../Field.tsx';

export interface EmojiDialogProps {
  readonly message: MessageView;
  readonly onClose: () => void;
}

/** Any emoji, from the keyboard of the device. */
export function EmojiDialog({ message, onClose }: EmojiDialogProps) {
  const { change } = useOpenConversation();
  const [error, setError] = useState<string>();

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const written = new FormData(event.currentTarget).get('emoji');
    const parsed = emojiContract.safeParse(typeof written === 'string' ? written.trim() : '');
    if (!parsed.success) {
      setError('Enter one emoji, and nothing else.');
      return;
    }
    onClose();
    change(message, { kind: 'react', emoji: parsed.data });
  }

  return (
    <Dialog title="React" onClose={onClose}>
      <form className="stack" onSubmit={onSubmit}>
        <Field
          label="Emoji"
          name="emoji"
          autoComplete="off"
          hint="Choose one with the emoji keyboard of your device."
          error={error}
          data-autofocus
        />
        <div className="dialog-actions">
          <button type="submit" className="primary">
            React
          </button>
        </div>
      </form>
    </Dialog>
  );
}
