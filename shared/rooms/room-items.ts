/**
 * How public rooms stand in the directory; shapes in conversation-keys.ts.
 *
 * A room has one row among all rooms in the order of their titles, and one for each of its first eight terms, partitioned
 * by their first character: a prefix search is one Query, and many rooms called alike heat no more than the partition of
 * a character. A page reads at most 50 rows of about 130 bytes consistently, 2 read units, so that each partition serves
 * some 1,500 pages a second; a room that is made or renamed writes at most 9 rows, one of them to the partition of all
 * rooms, which takes 1,000 a second.
 */

import type { Conversation } from '../conversations/conversation.ts';
import { roomKey, roomPartition } from '../conversations/conversation-keys.ts';
import type { TransactItems } from '../dynamo-transaction.ts';
import { foldCase, searchPrefix, searchTerms } from '../text.ts';

type Listed = Pick<Conversation, 'convoId' | 'type' | 'title' | 'archivedAt'>;

const termsPerRoomMax = 8;

/** Under what a title is found: the whole of it and its words, folded, each once. */
export function roomTerms(title: string): string[] {
  return searchTerms(title).slice(0, termsPerRoomMax);
}

/** What brings the directory from what a conversation was to what it is; nothing for all but rooms. */
export function roomActions(table: string, before: Listed | undefined, after: Listed): TransactItems {
  const [were, are] = [before ? roomRows(before) : [], roomRows(after)];
  const [had, has] = [were, are].map((rows) => new Set(rows.map(identity))) as [Set<string>, Set<string>];
  return [
    ...were
      .filter((row) => !has.has(identity(row)))
      .map(({ pk, sk }) => ({ Delete: { TableName: table, Key: { pk, sk } } })),
    ...are.filter((row) => !had.has(identity(row))).map((row) => ({ Put: { TableName: table, Item: row } })),
  ];
}

/** An archived room is not in the directory. */
function roomRows({ convoId, type, title, archivedAt }: Listed) {
  if (type !== 'room' || title === null || archivedAt !== undefined) return [];
  const rows = [
    roomKey(roomPartition(), searchPrefix(foldCase(title)), convoId),
    ...roomTerms(title).map((term) => roomKey(roomPartition(term), term, convoId)),
  ];
  return rows.map((key) => ({ ...key, convo_id: convoId }));
}

/** A transaction takes one action per item. */
function identity({ pk, sk }: { pk: string; sk: string }): string {
  return `${pk} ${sk}`;
}
