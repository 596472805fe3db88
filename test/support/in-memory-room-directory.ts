import { setImmediate as nextTurn } from 'node:timers/promises';
import { roomKey } from '../../shared/conversations/conversation-keys.ts';
import type { RoomDirectory } from '../../shared/rooms/room-directory.ts';
import { roomTerms } from '../../shared/rooms/room-items.ts';
import { foldCase, searchPrefix } from '../../shared/text.ts';
import type { InMemoryConversations } from './in-memory-conversation-store.ts';

/** The directory as it follows from the conversations that there are. */
export function inMemoryRoomDirectory({
  counters,
  standingsByKey,
}: Pick<InMemoryConversations, 'counters' | 'standingsByKey'>): RoomDirectory {
  const place = ({ term, convoId }: { term: string; convoId: string }) =>
    Buffer.from(roomKey('', term, convoId).sk);
  const rowsOf = (prefix: string) =>
    [...counters.values()]
      .filter(({ type, archivedAt }) => type === 'room' && archivedAt === undefined)
      .flatMap(({ convoId, title }) => {
        const terms = prefix === '' ? [searchPrefix(foldCase(title ?? ''))] : roomTerms(title ?? '');
        return terms.map((term) => ({ term, convoId }));
      })
      .filter(({ term }) => term.startsWith(prefix))
      .sort((a, b) => Buffer.compare(place(a), place(b)));

  return {
    async page(prefix, { limit, after }) {
      await nextTurn();
      const rest = rowsOf(prefix).filter((row) => !after || Buffer.compare(place(row), place(after)) > 0);
      const rows = rest.slice(0, limit);
      return { rows, next: rows.length === limit ? rows.at(-1) : undefined };
    },

    async joinedBy(userId, convoIds) {
      await nextTurn();
      const memberships = [...standingsByKey.values()].filter((one) => one.userId === userId && !one.left);
      return new Set(memberships.map(({ convoId }) => convoId).filter((id) => convoIds.includes(id)));
    },
  };
}
