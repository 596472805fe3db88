import type { RoomView } from '../../events/membership-contracts.ts';
import type { Conversation, Details } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { limits } from '../limits.ts';
import { foldCase, searchPrefix } from '../text.ts';
import { decodeRoomCursor, encodeRoomCursor } from './room-cursor.ts';
import type { RoomDirectory, RoomRow } from './room-directory.ts';
import { roomTerms } from './room-items.ts';

interface Deps {
  readonly directory: RoomDirectory;
  readonly conversations: Pick<ConversationStore, 'getMany' | 'details'>;
}

/** A room that has the prefix several times is one room and several rows: so many Queries at most fill a page. */
const queriesMax = 4;

/**
 * A page of the public rooms: those with a title, or a word of it, that begins with `query`, or all of them in the order of
 * their titles; each once, on whatever page. A page can be shorter than `limit` and still have a `next_cursor`.
 * Throws `request.invalid` for a cursor of another search.
 */
export async function listRooms(
  userId: string,
  options: { query?: string | undefined; limit?: number | undefined; cursor?: string | undefined },
  deps: Deps,
): Promise<{ rooms: RoomView[]; next_cursor: string | null }> {
  const prefix = searchPrefix(foldCase(options.query ?? ''));
  const limit = options.limit ?? limits.roomsPageMax;
  const found: Conversation[] = [];
  let after = options.cursor === undefined ? undefined : decodeRoomCursor(prefix, options.cursor);
  for (let query = 1; query <= queriesMax && found.length < limit; query += 1) {
    const page = await deps.directory.page(prefix, { limit: limit - found.length, after });
    found.push(...(await shownBy(page.rows, prefix, deps)));
    after = page.next;
    if (!after) break;
  }
  return {
    rooms: await views(userId, found, deps),
    next_cursor: after ? encodeRoomCursor(prefix, after) : null,
  };
}

/** The rooms of these rows in their order, each at the first of its terms that has the prefix and at no other. */
async function shownBy(rows: readonly RoomRow[], prefix: string, deps: Deps): Promise<Conversation[]> {
  const conversations = await deps.conversations.getMany(rows.map(({ convoId }) => convoId));
  const byId = new Map(conversations.map((conversation) => [conversation.convoId, conversation]));
  return rows.flatMap(({ term, convoId }) => {
    const room = byId.get(convoId);
    if (room?.type !== 'room' || room.title === null || room.archivedAt !== undefined) return [];
    const isPlace = prefix === '' || roomTerms(room.title).find((one) => one.startsWith(prefix)) === term;
    return isPlace ? [room] : [];
  });
}

async function views(userId: string, rooms: readonly Conversation[], deps: Deps): Promise<RoomView[]> {
  const withDetails = rooms.filter(({ hasDetails }) => hasDetails).map(({ convoId }) => convoId);
  const [details, joined] = await Promise.all([
    deps.conversations.details(withDetails),
    deps.directory.joinedBy(
      userId,
      rooms.map(({ convoId }) => convoId),
    ),
  ]);
  return rooms.map((room) => roomView(room, details.get(room.convoId), joined.has(room.convoId)));
}

function roomView(room: Conversation, details: Details = {}, joined: boolean): RoomView {
  return {
    convo_id: room.convoId,
    title: room.title ?? '',
    topic: details.topic ?? null,
    avatar: details.avatar ?? null,
    member_count: room.memberCount,
    created_at: room.createdAt,
    joined,
  };
}
