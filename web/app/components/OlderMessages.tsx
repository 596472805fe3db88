import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { activeChat } from '../chat-store.ts';
import { errorText } from '../error-text.ts';

export interface OlderMessagesProps {
  readonly convoId: string;
  readonly beforeSeq: number;
  readonly scroller: RefObject<HTMLElement | null>;
}

/** Loads the page before, when somebody scrolls near the top, or presses the button. */
export function OlderMessages({ convoId, beforeSeq, scroller }: OlderMessagesProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isLoading, setLoading] = useState(false);
  const [failure, setFailure] = useState<string>();

  const load = useCallback(() => {
    setLoading(true);
    setFailure(undefined);
    activeChat()
      .loadOlder(convoId)
      .catch((error: unknown) => setFailure(errorText(error)))
      .finally(() => setLoading(false));
  }, [convoId]);

  // Observing anew after each page asks again whether the top is still near.
  // biome-ignore lint/correctness/useExhaustiveDependencies: beforeSeq tells that a page has come
  useEffect(() => {
    if (button.current === null || failure !== undefined) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) load();
      },
      { root: scroller.current, rootMargin: '600px 0px 0px 0px' },
    );
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [beforeSeq, failure, load, scroller]);

  return (
    <div className="older">
      {failure !== undefined && <p role="alert">{failure}</p>}
      <button ref={button} type="button" className="link" disabled={isLoading} onClick={load}>
        {isLoading ? 'Loading earlier messages…' : 'Earlier messages'}
      </button>
    </div>
  );
}
