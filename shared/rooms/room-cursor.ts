import { conversationId } from '../../events/client-frames.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import type { RoomRow } from './room-directory.ts';

/**
 * Where a page of the directory ended. The checksum is no secret and keeps nobody out: whoever makes a cursor of their own
 * begins elsewhere in a public list. It tells a cursor that was cut, changed or taken from another search from a good one.
 */
export function encodeRoomCursor(prefix: string, { term, convoId }: RoomRow): string {
  const place = `${term}#${convoId}`;
  return `${Buffer.from(place).toString('base64url')}.${checksum(prefix, place)}`;
}

/** Throws `request.invalid` for what is no cursor of this search. */
export function decodeRoomCursor(prefix: string, cursor: string): RoomRow {
  const [encoded = '', sum] = cursor.split('.');
  const place = Buffer.from(encoded, 'base64url').toString();
  const end = place.lastIndexOf('#');
  const row = { term: place.slice(0, end), convoId: place.slice(end + 1) };
  const isOurs = end > 0 && sum === checksum(prefix, place) && conversationId.safeParse(row.convoId).success;
  if (!isOurs || encodeRoomCursor(prefix, row) !== cursor)
    throw new AppError('request.invalid', 'cursor: is none of this search');
  return row;
}

function checksum(prefix: string, place: string): string {
  return sha256(JSON.stringify(['rooms', prefix, place])).slice(0, 16);
}
