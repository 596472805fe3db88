import { useEffect, useReducer } from 'react';
import { secondsUntil } from './countdown.ts';

/** Counts down to 0, second by second. */
export function useSecondsLeft(untilMs: number | undefined): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  const secondsLeft = secondsUntil(untilMs, Date.now());
  const isOver = secondsLeft === 0;
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [isOver]);
  return secondsLeft;
}
