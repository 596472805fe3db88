/**
 * The Conversations table.
 *
 * | item         | pk               | sk                 | attributes                                                |
 * |--------------|------------------|--------------------|-----------------------------------------------------------|
 * | conversation | CONV#<convo_id>  | META               | seq, rev?, members_version, type, title, last_message, senders, streams … |
 * | pins         | CONV#<convo_id>  | PINS               | seqs, in the order of pinning                              |
 * | roster entry | CONV#<convo_id>  | MEMBER#<user_id>   | user_id                                                   |
 * | membership   | USER#<user_id>   | CONV#<convo_id>    | convo_id, user_id, role, read_seq, delivered_seq?, unread_seq?, unread_at_ms? |
 *
 * Roster and membership are two items in one transaction rather than an item and its index: both sides can be read
 * consistently, and a read mark costs one write instead of two.
 */
export const conversationKey = (convoId: string) => ({ pk: `CONV#${convoId}`, sk: 'META' });
/** Beside the counter item, so that this stays below 1 KB and a message costs what it does. */
export const pinsKey = (convoId: string) => ({ pk: `CONV#${convoId}`, sk: 'PINS' });
export const rosterPrefix = 'MEMBER#';
export const rosterKey = (convoId: string, userId: string) => ({
  pk: `CONV#${convoId}`,
  sk: `${rosterPrefix}${userId}`,
});
export const membershipPrefix = 'CONV#';
export const membershipKey = (userId: string, convoId: string) => ({
  pk: `USER#${userId}`,
  sk: `${membershipPrefix}${convoId}`,
});
