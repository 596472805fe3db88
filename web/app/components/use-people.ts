import { useEffect, useState } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { activeChat } from '../chat-store.ts';
import { errorText } from '../error-text.ts';

/** Somebody is still typing. */
const pauseMs = 200;

interface Found {
  readonly query: string;
  readonly people: readonly PersonView[];
  readonly error?: string;
}

/** The others whose name or handle matches, and what to say about the search. */
export function usePeople(query: string, myId: string): { people: readonly PersonView[]; status: string } {
  const wanted = query.trim();
  const [found, setFound] = useState<Found>({ query: '', people: [] });

  useEffect(() => {
    if (wanted === '') return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      void activeChat()
        .findPeople(wanted, controller.signal)
        .then((people) => ({ query: wanted, people: people.filter((person) => person.user_id !== myId) }))
        .catch((error: unknown) => ({ query: wanted, people: [], error: errorText(error) }))
        .then((result) => {
          if (!controller.signal.aborted) setFound(result);
        });
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [wanted, myId]);

  if (wanted === '') return { people: [], status: '' };
  return { people: found.people, status: statusText(found, wanted) };
}

function statusText(found: Found, wanted: string): string {
  if (found.query !== wanted) return 'Searching…';
  if (found.error !== undefined) return found.error;
  if (found.people.length === 0) return `Nobody found for “${wanted}”.`;
  return found.people.length === 1 ? '1 person found' : `${found.people.length} people found`;
}
