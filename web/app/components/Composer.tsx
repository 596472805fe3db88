import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useId, useState } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { limits } from '../../../shared/limits.ts';
import { activeChat, setDraft, useChatStore } from '../chat-store.ts';
import type { Writing } from '../conversation-context.ts';
import { errorText } from '../error-text.ts';
import { mentionsIn } from '../mentions.ts';
import { personName } from '../names.ts';
import { SendIcon } from './icons.tsx';
import { MentionList, optionId } from './MentionList.tsx';
import { useMentions } from './use-mentions.ts';
import { useTypingSignal } from './use-typing-signal.ts';
import { WritingNotice } from './WritingNotice.tsx';

/** From here on it is good to know how much room is left. */
const showRoomBelow = 500;

export interface ComposerProps {
  readonly convoId: string;
  /** The root of the thread that it writes in. */
  readonly thread: number | undefined;
  readonly name: string;
  readonly inputRef: RefObject<HTMLTextAreaElement | null>;
  readonly myId: string;
  /** Who can be mentioned. */
  readonly people: readonly PersonView[];
  readonly mayMentionAll: boolean;
  readonly writing: Writing | undefined;
  readonly onWritingEnd: () => void;
  /** Edits the last message of one's own. */
  readonly onEditLast: () => void;
}

export function Composer(props: ComposerProps) {
  const { convoId, thread, name, inputRef, myId, people, mayMentionAll } = props;
  const { writing, onWritingEnd, onEditLast } = props;
  const draftKey = thread === undefined ? convoId : `${convoId} ${thread}`;
  const draft = useChatStore((store) => store.drafts.get(draftKey) ?? '');
  /** The text of the message that is being edited: the draft of a new one waits meanwhile. */
  const [edited, setEdited] = useState('');
  const editedSeq = writing?.kind === 'edit' ? writing.message.seq_no : undefined;
  const isEditing = editedSeq !== undefined;
  const text = isEditing ? edited : draft;
  const setText = isEditing ? setEdited : (next: string) => setDraft(draftKey, next);
  const [error, setError] = useState<string>();
  const room = limits.messageContentMaxChars - text.length;
  const typing = useTypingSignal(convoId);
  const mentions = useMentions({ text, people, inputRef, setText });
  const listId = useId();
  const hasList = mentions.candidates.length > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the message while it is edited must not undo what was typed
  useEffect(() => {
    if (writing === undefined) return;
    setEdited(writing.kind === 'edit' ? writing.message.content : '');
    inputRef.current?.focus();
  }, [writing?.kind, writing?.message.seq_no]);

  async function keep(): Promise<void> {
    const named = mentionsIn(text, people, mayMentionAll);
    if (editedSeq !== undefined) {
      if (text.trim() !== writing?.message.content)
        await activeChat().change(convoId, editedSeq, { kind: 'edit', content: text, mentions: named });
      onWritingEnd();
      return;
    }
    const replyTo = writing?.message.seq_no;
    onWritingEnd();
    setDraft(draftKey, '');
    try {
      await activeChat().send(convoId, text, { replyTo, mentions: named, thread });
    } catch (failure) {
      // It could not even be kept: give it back, in front of what may have been begun meanwhile.
      setDraft(draftKey, `${text}${useChatStore.getState().drafts.get(draftKey) ?? ''}`);
      throw failure;
    }
  }

  function send(): void {
    if (text.trim() === '') return;
    setError(undefined);
    typing.end();
    inputRef.current?.focus();
    keep().catch((failure: unknown) => setError(errorText(failure)));
  }

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    send();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (mentions.onKeyDown(event)) return;
    if (event.key === 'Escape' && writing !== undefined) onWritingEnd();
    if (event.key === 'ArrowUp' && text === '' && writing === undefined) {
      event.preventDefault();
      onEditLast();
    }
    // While an input method composes a word, Enter chooses it. On a phone, Enter is the only way to a new line.
    const isPlainEnter = event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
    if (!isPlainEnter || window.matchMedia('(pointer: coarse)').matches) return;
    event.preventDefault();
    send();
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      {error !== undefined && (
        <p role="alert" className="form-error">
          {error}
        </p>
      )}
      {writing !== undefined && (
        <WritingNotice
          writing={writing}
          name={personName(
            new Map(people.map((person) => [person.user_id, person])),
            writing.message.sender_id,
            myId,
          )}
          onCancel={onWritingEnd}
        />
      )}
      {hasList && (
        <MentionList
          id={listId}
          people={mentions.candidates}
          active={mentions.active}
          onChoose={mentions.choose}
        />
      )}
      <div className="composer-row">
        <textarea
          ref={inputRef}
          rows={1}
          dir="auto"
          aria-label={`Message to ${name}`}
          aria-autocomplete="list"
          aria-controls={hasList ? listId : undefined}
          aria-activedescendant={hasList ? optionId(listId, mentions.active) : undefined}
          placeholder="Write a message"
          enterKeyHint="enter"
          maxLength={limits.messageContentMaxChars}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            mentions.onCaret();
            typing.change(isEditing ? '' : event.target.value);
          }}
          onSelect={mentions.onCaret}
          onBlur={typing.end}
          onKeyDown={onKeyDown}
        />
        <button
          type="submit"
          className="send"
          aria-label={isEditing ? 'Save' : 'Send'}
          disabled={text.trim() === ''}
        >
          <SendIcon />
        </button>
      </div>
      {room < showRoomBelow && <p className="hint">{room} characters left</p>}
    </form>
  );
}
