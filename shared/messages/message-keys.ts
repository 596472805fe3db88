/**
 * The Messages table.
 *
 * | item     | pk                                            | sk                        | attributes                           |
 * |----------|-----------------------------------------------|---------------------------|--------------------------------------|
 * | message  | CONV#<convo_id>                               | MSG#<seq, zero-padded>    | seq, server_msg_id, sender_id, content, rev?, edited_at?, deleted_at?, reactions? … |
 * | change   | CONV#<convo_id>                               | REV#<rev, zero-padded>    | rev, seq                             |
 * | versions | CONV#<convo_id>                               | VERSIONS#<seq, zero-padded> | versions [{content, created_at, until?}]: former texts, the oldest first |
 * | thread   | CONV#<convo_id>                               | ROOT#<root, zero-padded>  | root, first_seq: that there is a thread, and since when |
 * | reply    | CONV#<convo_id>                               | THREAD#<root, zero-padded>#<thread_seq, zero-padded> | thread_seq, seq |
 * | dedupe   | DEDUPE#<convo_id>#<sender_id>#<client_msg_id> | DEDUPE                    | seq, server_msg_id, body_hash, queue_message_id; of a change also rev, and no_effect; of a reply in a thread root and root_rev |
 *
 * A dedupe row lives as long as its message, on a partition of its own: it costs the conversation's partition nothing.
 * Threads and their replies are numbers only: what a message says is in the message.
 * Former texts are an item of their own: what lists or changes messages neither reads nor rewrites them.
 */
const numberDigits = 12;

const padded = (number: number) => String(number).padStart(numberDigits, '0');

export const messagePartition = (convoId: string) => `CONV#${convoId}`;
export const messageSortKey = (seq: number) => `MSG#${padded(seq)}`;
export const messageKey = (convoId: string, seq: number) => ({
  pk: messagePartition(convoId),
  sk: messageSortKey(seq),
});
export const changeSortKey = (rev: number) => `REV#${padded(rev)}`;
/** After the last change that can be. */
export const changesEnd = 'REV#~';
export const changeKey = (convoId: string, rev: number) => ({
  pk: messagePartition(convoId),
  sk: changeSortKey(rev),
});
export const versionsKey = (convoId: string, seq: number) => ({
  pk: messagePartition(convoId),
  sk: `VERSIONS#${padded(seq)}`,
});
export const threadSortKey = (root: number) => `ROOT#${padded(root)}`;
export const threadKey = (convoId: string, root: number) => ({
  pk: messagePartition(convoId),
  sk: threadSortKey(root),
});
export const replySortKey = (root: number, threadSeq: number) =>
  `THREAD#${padded(root)}#${padded(threadSeq)}`;
export const replyKey = (convoId: string, root: number, threadSeq: number) => ({
  pk: messagePartition(convoId),
  sk: replySortKey(root, threadSeq),
});
export const dedupeKey = (convoId: string, senderId: string, clientMsgId: string) => ({
  pk: `DEDUPE#${convoId}#${senderId}#${clientMsgId}`,
  sk: 'DEDUPE',
});
