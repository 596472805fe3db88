import { useCallback, useEffect, useState } from 'react';
import { activeChat } from '../chat-store.ts';
import { messageId } from './MessageBubble.tsx';

/**
 * Brings a message into view: at once if it is on the page, after paging back if it is near. What is farther away, or
 * cannot be loaded now, goes to `onFarAway`.
 */
export function useJump(
  convoId: string,
  onFarAway: (seqNo: number) => void,
  thread?: number,
): (seqNo: number) => void {
  const [target, setTarget] = useState<number>();

  // After every render: the page that has just come may have it.
  useEffect(() => {
    if (target === undefined || elementOf(target, thread) === null) return;
    setTarget(undefined);
    // The list keeps its own place when it grows; that has to be over.
    requestAnimationFrame(() => requestAnimationFrame(() => reveal(target, thread)));
  });

  return useCallback(
    (seqNo: number) => {
      if (elementOf(seqNo, thread) !== null) {
        reveal(seqNo, thread);
        return;
      }
      if (thread !== undefined) {
        onFarAway(seqNo);
        return;
      }
      setTarget(seqNo);
      const giveUp = (): void => {
        setTarget(undefined);
        onFarAway(seqNo);
      };
      activeChat()
        .loadBackTo(convoId, seqNo)
        .then((isLoaded) => (isLoaded ? undefined : giveUp()), giveUp);
    },
    [convoId, onFarAway, thread],
  );
}

function elementOf(seqNo: number, thread: number | undefined): HTMLElement | null {
  return document.getElementById(messageId(seqNo, thread));
}

function reveal(seqNo: number, thread: number | undefined): void {
  const element = elementOf(seqNo, thread);
  element?.scrollIntoView({ block: 'center' });
  element?.focus({ preventScroll: true });
}
