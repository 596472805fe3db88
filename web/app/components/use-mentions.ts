import { type KeyboardEvent, type RefObject, useState } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { mentionCandidates, mentionQuery } from '../mentions.ts';

export interface MentionsOptions {
  readonly text: string;
  readonly people: readonly PersonView[];
  readonly inputRef: RefObject<HTMLTextAreaElement | null>;
  readonly setText: (text: string) => void;
}

export interface Mentions {
  readonly candidates: readonly PersonView[];
  /** The candidate that Enter takes. */
  readonly active: number;
  readonly choose: (person: PersonView) => void;
  /** Call when the caret may have moved. */
  readonly onCaret: () => void;
  /** True if the key was meant for the list. */
  readonly onKeyDown: (event: KeyboardEvent) => boolean;
}

/** The list of people that opens at an @ and takes arrows, Enter, Tab and Escape while it is open. */
export function useMentions({ text, people, inputRef, setText }: MentionsOptions): Mentions {
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  /** Where Escape has closed the list: it stays closed for this name. */
  const [dismissedAt, setDismissedAt] = useState<number>();
  const query = mentionQuery(text, caret);
  const isOpen = query !== undefined && query.start !== dismissedAt;
  const candidates = isOpen ? mentionCandidates(people, query.text) : [];
  const safeActive = Math.min(active, Math.max(0, candidates.length - 1));

  function choose(person: PersonView): void {
    if (query === undefined) return;
    const before = `${text.slice(0, query.start)}@${person.handle} `;
    setText(before + text.slice(caret).replace(/^ /, ''));
    setActive(0);
    // React has to write the new text first.
    requestAnimationFrame(() => {
      inputRef.current?.focus();
      inputRef.current?.setSelectionRange(before.length, before.length);
      setCaret(before.length);
    });
  }

  function onKeyDown(event: KeyboardEvent): boolean {
    const person = candidates[safeActive];
    if (person === undefined || event.nativeEvent.isComposing) return false;
    if (event.key === 'ArrowDown') setActive((safeActive + 1) % candidates.length);
    else if (event.key === 'ArrowUp') setActive((safeActive + candidates.length - 1) % candidates.length);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(person);
    else if (event.key === 'Escape') setDismissedAt(query?.start);
    else return false;
    event.preventDefault();
    return true;
  }

  const onCaret = (): void => setCaret(inputRef.current?.selectionStart ?? 0);
  return { candidates, active: safeActive, choose, onCaret, onKeyDown };
}
