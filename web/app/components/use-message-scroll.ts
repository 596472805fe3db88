import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Nearer to the end than this counts as being there. */
const nearPx = 60;

export interface MessageScrollOptions {
  /** The first and the last message that are shown: they change when the list grows at that end. */
  readonly firstKey: string | undefined;
  readonly lastKey: string | undefined;
  /** The last message has just been written here. */
  readonly isLastPending: boolean;
  readonly onAtEnd: (isAtEnd: boolean) => void;
}

export interface MessageScroll {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: boolean;
  readonly scrollToEnd: () => void;
}

/**
 * Keeps the reader's place: at the end new messages scroll in, and what one writes brings the end into view;
 * otherwise nothing moves, also when older history
 * comes in above. (The browser's own scroll anchoring is switched off in the style: not all have it, and at the very
 * top it does nothing.)
 */
export function useMessageScroll(options: MessageScrollOptions): MessageScroll {
  const { firstKey, lastKey, isLastPending, onAtEnd } = options;
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const place = useRef({ isAtEnd: true, fromBottomPx: 0, firstKey, lastKey, isPlaced: false });
  const [isAtEnd, setAtEnd] = useState(true);

  const remember = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const fromBottomPx = element.scrollHeight - element.scrollTop;
    place.current.fromBottomPx = fromBottomPx;
    place.current.isAtEnd = fromBottomPx - element.clientHeight < nearPx;
    setAtEnd(place.current.isAtEnd);
  }, []);

  const scrollToEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
    remember();
  }, [remember]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || lastKey === undefined) return;
    const { current } = place;
    if (!current.isPlaced) {
      current.isPlaced = true;
      showFirstUnread(element);
    } else if (current.isAtEnd || (isLastPending && current.lastKey !== lastKey)) {
      element.scrollTop = element.scrollHeight;
    } else if (current.firstKey !== firstKey) {
      element.scrollTop = element.scrollHeight - current.fromBottomPx;
    }
    current.firstKey = firstKey;
    current.lastKey = lastKey;
    remember();
  }, [firstKey, lastKey, isLastPending, remember]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null || content.current === null) return;
    // The composer grows, the keyboard of a phone comes up: whoever was at the end stays there.
    const observer = new ResizeObserver(() => {
      if (place.current.isAtEnd) element.scrollTop = element.scrollHeight;
      remember();
    });
    observer.observe(element);
    observer.observe(content.current);
    element.addEventListener('scroll', remember, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', remember);
    };
  }, [remember]);

  useEffect(() => onAtEnd(isAtEnd), [isAtEnd, onAtEnd]);

  return { scroller, content, isAtEnd, scrollToEnd };
}

/** Begins at the first unread message, if it would otherwise be out of sight, else at the end. */
function showFirstUnread(element: HTMLElement): void {
  element.scrollTop = element.scrollHeight;
  const line = element.querySelector<HTMLElement>('[data-unread-line]');
  if (line === null) return;
  const overTheTopPx = element.getBoundingClientRect().top - line.getBoundingClientRect().top;
  if (overTheTopPx > 0) element.scrollTop -= overTheTopPx + nearPx;
}
