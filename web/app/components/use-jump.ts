import { useCallback, useEffect, useState } from 'react';
import { activeChat } from '../chat-store.ts';
import { messageId } from './MessageBubble.tsx';

/**
 * Brings a message into view: at once if it is on the page, after paging back if it is near. What is farther away, or
 * cannot be loaded now, goes to `onFarAway`.
 */
export function useJump(convoId: string, onFarAway: (seqNo: number) => void): (seqNo: number) => void {
  const [target, setTarget] = useState<number>();

  // After every render: the page that has just come may have it.
  useEffect(() => {
    if (target === undefined || document.getElementById(messageId(target)) === null) return;
    setTarget(undefined);
    // The list keeps its own place when it grows; that has to be over.
    requestAnimationFrame(() => requestAnimationFrame(() => reveal(target)));
  });

  return useCallback(
    (seqNo: number) => {
      if (document.getElementById(messageId(seqNo)) !== null) {
        reveal(seqNo);
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
    [convoId, onFarAway],
  );
}

function reveal(seqNo: number): void {
  const element = document.getElementById(messageId(seqNo));
  element?.scrollIntoView({ block: 'center' });
  element?.focus({ preventScroll: true });
}
