/**
 * The Conversations table.
 *
 * | item         | pk               | sk               | attributes                                                |
 * |--------------|------------------|------------------|-----------------------------------------------------------|
 * | conversation | CONV#<convo_id>  | META             | seq, rev?, members_version, type, title, last_message, senders, streams, settings … |
 * | details      | CONV#<convo_id>  | DETAILS          | topic?, avatar?                                           |
 * | pins         | CONV#<convo_id>  | PINS             | seqs, in the order of pinning                              |
 * | roster entry | CONV#<convo_id>  | MEMBER#<user_id> | user_id, role?, from_seq?                                  |
 * | ban          | CONV#<convo_id>  | BAN#<user_id>    | user_id, banned_by, created_at, until?, reason?            |
 * | invite       | CONV#<convo_id>  | INVITE#<user_id> | convo_id, user_id, role, invited_by, created_at, declined_until? |
 * | invite       | USER#<user_id>   | INVITE#<convo_id> | the same, as the invited person finds it; none once it is declined |
 * | invite link  | CONV#<convo_id>  | LINK#<link_id>   | link_id, token_hash, role, uses, max_uses?, expires_at, created_by, created_at |
 * | token        | LINK#<token_hash> | LINK            | convo_id, link_id                                          |
 * | webhook      | CONV#<convo_id>  | WEBHOOK#<webhook_id> | url, events, sealed_secret, state, failures, failing_since?, attempts (how many) … |
 * | attempt      | CONV#<convo_id>  | ATTEMPT#<webhook_id>#<slot> | delivery_id, attempted_at, attempt, status, error, duration_ms; the last few, in a ring |
 * | room         | ROOMS            | <folded title>␟<convo_id> | convo_id                                          |
 * | room's term  | ROOMS#<first char> | <folded title or word>␟<convo_id> | convo_id                                |
 * | membership   | USER#<user_id>   | CONV#<convo_id>  | convo_id, user_id, role, read_seq, from_seq?, left?, muted_until?, delivered_seq?, unread_seq?, unread_at_ms? |
 * | thread marks | USER#<user_id>   | THREADS#<convo_id> | convo_id, version, seq_no, read [[root, count]], the last moved last |
 *
 * Roster and membership are two items in one transaction rather than an item and its index: both sides can be read
 * consistently, and a read mark costs one write instead of two. Whoever leaves keeps a membership with `left`.
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
export const threadMarksPrefix = 'THREADS#';
export const threadMarksKey = (userId: string, convoId: string) => ({
  pk: `USER#${userId}`,
  sk: `${threadMarksPrefix}${convoId}`,
});
export const invitePrefix = 'INVITE#';
export const inviteKey = (convoId: string, userId: string) => ({
  pk: `CONV#${convoId}`,
  sk: `${invitePrefix}${userId}`,
});
export const receivedInviteKey = (userId: string, convoId: string) => ({
  pk: `USER#${userId}`,
  sk: `${invitePrefix}${convoId}`,
});
export const inviteLinkPrefix = 'LINK#';
export const inviteLinkKey = (convoId: string, linkId: string) => ({
  pk: `CONV#${convoId}`,
  sk: `${inviteLinkPrefix}${linkId}`,
});
export const linkTokenKey = (tokenHash: string) => ({ pk: `LINK#${tokenHash}`, sk: 'LINK' });
/** Without a term: all rooms, in the order of their titles. */
export const roomPartition = (foldedTerm = '') =>
  foldedTerm === '' ? 'ROOMS' : `ROOMS#${String.fromCodePoint(foldedTerm.codePointAt(0) ?? 0)}`;
/** U+001F is in no title, so that no search meets it, and stands before all that is: "team" comes before "team a". */
export const roomKeySeparator = '\u001f';
export const roomKey = (partition: string, foldedTerm: string, convoId: string) => ({
  pk: partition,
  sk: `${foldedTerm}${roomKeySeparator}${convoId}`,
});
export const detailsKey = (convoId: string) => ({ pk: `CONV#${convoId}`, sk: 'DETAILS' });
export const banPrefix = 'BAN#';
export const banKey = (convoId: string, userId: string) => ({
  pk: `CONV#${convoId}`,
  sk: `${banPrefix}${userId}`,
});
export const webhookPrefix = 'WEBHOOK#';
export const webhookKey = (convoId: string, webhookId: string) => ({
  pk: `CONV#${convoId}`,
  sk: `${webhookPrefix}${webhookId}`,
});
export const webhookAttemptPrefix = (webhookId: string) => `ATTEMPT#${webhookId}#`;
export const webhookAttemptKey = (convoId: string, webhookId: string, slot: number) => ({
  pk: `CONV#${convoId}`,
  sk: `${webhookAttemptPrefix(webhookId)}${slot}`,
});
