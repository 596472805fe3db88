/**
 * The Messages table.
 *
 * | item    | pk                                      | sk                      | attributes                           |
 * |---------|-----------------------------------------|-------------------------|--------------------------------------|
 * | message | CONV#<convo_id>                         | MSG#<seq, zero-padded>  | seq, server_msg_id, sender_id, content … |
 * | dedupe  | DEDUPE#<convo_id>#<sender_id>#<client_msg_id> | DEDUPE            | seq, server_msg_id, body_hash, queue_message_id |
 *
 * A dedupe row lives as long as its message, on a partition of its own: it costs the conversation's partition nothing.
 */
const seqDigits = 12;

export const messagePartition = (convoId: string) => `CONV#${convoId}`;
export const messageSortKey = (seq: number) => `MSG#${String(seq).padStart(seqDigits, '0')}`;
export const messageKey = (convoId: string, seq: number) => ({
  pk: messagePartition(convoId),
  sk: messageSortKey(seq),
});
export const dedupeKey = (convoId: string, senderId: string, clientMsgId: string) => ({
  pk: `DEDUPE#${convoId}#${senderId}#${clientMsgId}`,
  sk: 'DEDUPE',
});
