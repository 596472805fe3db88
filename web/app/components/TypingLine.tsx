import { useEffect, useRef, useState } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { personName } from '../names.ts';

/** Whoever was announced is not announced again within this time, however often they pause. */
const quietMs = 60_000;

export interface TypingLineProps {
  readonly typing: readonly string[];
  readonly people: ReadonlyMap<string, PersonView>;
  readonly myId: string;
}

/** Who is writing: for eyes as long as it lasts, for screen readers once in a while. */
export function TypingLine({ typing, people, myId }: TypingLineProps) {
  const names = typing.map((userId) => personName(people, userId, myId));
  const announced = useRef(new Map<string, number>());
  const [news, setNews] = useState('');
  const [latest] = typing.slice(-1);
  useEffect(() => {
    if (latest === undefined) {
      setNews('');
      return;
    }
    const now = Date.now();
    if (now - (announced.current.get(latest) ?? 0) < quietMs) return;
    announced.current.set(latest, now);
    setNews(typingText([personName(people, latest, myId)]));
  }, [latest, people, myId]);
  return (
    <>
      <p className="typing-line" aria-hidden="true">
        {typingText(names)}
      </p>
      <p className="visually-hidden" role="status">
        {news}
      </p>
    </>
  );
}

function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : 'Several people are typing…';
}
