import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { activeChat } from '../chat-store.ts';
import { errorText } from '../error-text.ts';

export interface OlderMessagesProps {
  readonly convoId: string;
  readonly beforeSeq: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** The conversation's own messages without. */
  readonly loadOlder?: (() => Promise<void>) | undefined;
}

/** Loads the page before, when somebody scrolls near the top, or presses the button. */
export function OlderMessages({ convoId, beforeSeq, scroller, loadOlder }: OlderMessagesProps) {
  const button = useRef<HTMLButtonElement>(null);
  const latest = useRef(loadOlder);
  latest.current = loadOlder;
  const [isLoading, setLoading] = useState(false);
  const [failure, setFailure] = useState<string>();

  const load = useCallback(() => {
    setLoading(true);
    setFailure(undefined);
    const loading = latest.current?.() ?? activeChat().loadOlder(convoId);
    loading.catch((error: unknown) => setFailure(errorText(error))).finally(() => setLoading(false));
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
