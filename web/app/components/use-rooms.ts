import { useEffect, useState } from 'react';
import type { RoomView } from '../../../events/membership-contracts.ts';
import { activeChat } from '../chat-store.ts';
import { errorText } from '../error-text.ts';

/** Somebody is still typing. */
const pauseMs = 200;

interface Found {
  readonly query: string;
  readonly rooms: readonly RoomView[];
  readonly cursor?: string | undefined;
  readonly error?: string;
}

export interface Rooms {
  readonly rooms: readonly RoomView[];
  readonly status: string;
  /** Undefined where there are no more. */
  readonly loadMore: (() => void) | undefined;
}

/** The public rooms with a word in their title that begins so; all of them for no word. */
export function useRooms(query: string): Rooms {
  const wanted = query.trim();
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    const controller = new AbortController();
    const take = (next: Found) => {
      if (!controller.signal.aborted) setFound(next);
    };
    const timer = setTimeout(() => {
      activeChat()
        .membership.rooms(wanted, undefined, controller.signal)
        .then(
          ({ rooms, cursor }) => take({ query: wanted, rooms, cursor }),
          (error: unknown) => take({ query: wanted, rooms: [], error: errorText(error) }),
        );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [wanted]);

  if (found === undefined) return { rooms: [], status: 'Searching…', loadMore: undefined };
  const { rooms, cursor } = found;
  const isMore = cursor !== undefined && found.query === wanted;
  return {
    rooms,
    status: statusText(found, wanted),
    loadMore: isMore ? () => void more(found).then((next) => setFound(next)) : undefined,
  };
}

async function more(found: Found): Promise<Found> {
  try {
    const page = await activeChat().membership.rooms(found.query, found.cursor);
    return { query: found.query, rooms: [...found.rooms, ...page.rooms], cursor: page.cursor };
  } catch (error) {
    return { ...found, error: errorText(error) };
  }
}

function statusText({ query, rooms, error }: Found, wanted: string): string {
  if (query !== wanted) return 'Searching…';
  if (error !== undefined) return error;
  if (rooms.length > 0) return rooms.length === 1 ? '1 room' : `${rooms.length} rooms`;
  return wanted === '' ? 'There are no public rooms yet.' : `No room found for “${wanted}”.`;
}
