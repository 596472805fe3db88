import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';

/** Where a page of an export begins: the first message of a conversation that is not exported yet. */
export interface ExportPlace {
  readonly convoId: string;
  readonly seq: number;
}

/**
 * Opaque and complete: nothing is kept on our side. The checksum ties it to its owner, so that a foreign or damaged one is
 * refused instead of skipping something; it is no secret and protects nothing: what may be read is decided by membership,
 * page by page.
 */
export function exportCursor(userId: string, { convoId, seq }: ExportPlace): string {
  const place = `${convoId}.${seq}`;
  const checksum = sha256(JSON.stringify([userId, place])).slice(0, 16);
  return Buffer.from(`${place}.${checksum}`).toString('base64url');
}

/** Throws `request.invalid` for anything that `exportCursor` did not make for this person. */
export function parseExportCursor(userId: string, cursor: string): ExportPlace {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, convoId = '', seq = ''] =
    /^([cd]_[0-9A-Za-z]{26,32})\.([1-9]\d{0,14})\.[0-9a-f]{16}$/.exec(text) ?? [];
  const place = { convoId, seq: Number(seq) };
  if (exportCursor(userId, place) !== cursor) {
    throw new AppError('request.invalid', 'cursor: must be the next_cursor of your own export');
  }
  return place;
}
