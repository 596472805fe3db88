import { useCallback, useEffect, useMemo } from 'react';
import { client } from '../chat-store.ts';

export interface TypingSignal {
  /** The text has changed; an empty one ends it. */
  readonly change: (text: string) => void;
  readonly end: () => void;
}

/** Tells the others that something is being written here, until it is sent, emptied or left. */
export function useTypingSignal(convoId: string): TypingSignal {
  const end = useCallback(() => client.chat?.setTyping(convoId, false), [convoId]);
  useEffect(() => end, [end]);
  return useMemo(
    () => ({ end, change: (text) => client.chat?.setTyping(convoId, text.trim() !== '') }),
    [convoId, end],
  );
}
