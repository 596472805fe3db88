import { type FormEvent, type KeyboardEvent, type RefObject, useState } from 'react';
import { limits } from '../../../shared/limits.ts';
import { activeChat, setDraft, useChatStore } from '../chat-store.ts';
import { errorText } from '../error-text.ts';
import { SendIcon } from './icons.tsx';

/** From here on it is good to know how much room is left. */
const showRoomBelow = 500;

export interface ComposerProps {
  readonly convoId: string;
  readonly name: string;
  readonly inputRef: RefObject<HTMLTextAreaElement | null>;
}

export function Composer({ convoId, name, inputRef }: ComposerProps) {
  const draft = useChatStore((store) => store.drafts.get(convoId) ?? '');
  const [error, setError] = useState<string>();
  const room = limits.messageContentMaxChars - draft.length;

  async function send(): Promise<void> {
    if (draft.trim() === '') return;
    setError(undefined);
    setDraft(convoId, '');
    inputRef.current?.focus();
    try {
      await activeChat().send(convoId, draft);
    } catch (failure) {
      // It could not even be kept: give it back, in front of what may have been begun meanwhile.
      setDraft(convoId, `${draft}${useChatStore.getState().drafts.get(convoId) ?? ''}`);
      setError(errorText(failure));
    }
  }

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    void send();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes a word, Enter chooses it. On a phone, Enter is the only way to a new line.
    const isPlainEnter = event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
    if (!isPlainEnter || window.matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    void send();
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      {error !== undefined && (
        <p role="alert" className="form-error">
          {error}
        </p>
      )}
      <div className="composer-row">
        <textarea
          ref={inputRef}
          rows={1}
          dir="auto"
          aria-label={`Message to ${name}`}
          placeholder="Write a message"
          enterKeyHint="enter"
          maxLength={limits.messageContentMaxChars}
          value={draft}
          onChange={(event) => setDraft(convoId, event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="send" aria-label="Send" disabled={draft.trim() === ''}>
          <SendIcon />
        </button>
      </div>
      {room < showRoomBelow && <p className="hint">{room} characters left</p>}
    </form>
  );
}
