import { useState } from 'react';
import { emoji as emojiContract } from '../../../events/client-frames.ts';
import type { PresenceUpdate } from '../../../events/server-frames.ts';
import { limits } from '../../../shared/limits.ts';
import { activeChat } from '../chat-store.ts';
import { ChoiceField } from './ChoiceField.tsx';
import { Dialog } from './Dialog.tsx';
import { Field } from './Field.tsx';

const hourMs = 3_600_000;
const availabilities = [
  { value: 'auto', name: 'Active while I am here' },
  { value: 'away', name: 'Away' },
  { value: 'invisible', name: 'Invisible' },
] as const;
const durations = [
  { value: '0', name: 'Until I clear it' },
  { value: '1', name: '1 hour' },
  { value: '4', name: '4 hours' },
  { value: '24', name: '1 day' },
] as const;

export interface StatusDialogProps {
  readonly present: PresenceUpdate | undefined;
  readonly onClose: () => void;
}

/** What others see of this person. */
export default function StatusDialog({ present, onClose }: StatusDialogProps) {
  const [emojiError, setEmojiError] = useState<string>();

  function save(data: FormData): void {
    const field = (name: string): string => {
      const value = data.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const text = field('text');
    const emoji = field('emoji');
    if (emoji !== '' && !emojiContract.safeParse(emoji).success) {
      setEmojiError('Enter one emoji, and nothing else.');
      return;
    }
    const hours = Number(field('duration'));
    const custom = {
      text,
      ...(emoji !== '' && { emoji }),
      ...(hours > 0 && { expires_at: new Date(Date.now() + hours * hourMs).toISOString() }),
    };
    const availability = availabilities.find(({ value }) => value === field('availability'))?.value ?? 'auto';
    activeChat().presence.set({ availability, custom: text === '' && emoji === '' ? null : custom });
    onClose();
  }

  return (
    <Dialog title="Your status" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save(new FormData(event.currentTarget));
        }}
      >
        <ChoiceField
          label="Others see you as"
          name="availability"
          defaultValue={present?.availability ?? 'auto'}
          options={availabilities}
        />
        <Field
          label="Status"
          name="text"
          autoComplete="off"
          placeholder="What you are doing"
          defaultValue={present?.custom?.text ?? ''}
          maxLength={limits.customStatusMaxChars}
          data-autofocus
        />
        <Field
          label="Emoji"
          name="emoji"
          autoComplete="off"
          defaultValue={present?.custom?.emoji ?? ''}
          error={emojiError}
        />
        <ChoiceField label="Show it" name="duration" defaultValue="0" options={durations} />
        <div className="dialog-actions">
          <button
            type="button"
            onClick={() => {
              activeChat().presence.set({ custom: null });
              onClose();
            }}
          >
            Clear the status
          </button>
          <button type="submit" className="primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
