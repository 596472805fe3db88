/**
 * The Auth table: what proves who somebody is. No stream reads it.
 *
 * | item              | pk                | sk              | attributes                                               |
 * |-------------------|-------------------|-----------------|----------------------------------------------------------|
 * | e-mail reservation| EMAIL#<folded>    | EMAIL           | user_id                                                  |
 * | credentials       | USER#<user_id>    | CREDENTIALS     | user_id, email, password_hash                            |
 * | gate              | USER#<user_id>    | GATE            | sessions {session_id → expiry in s}, tat {action → ms}   |
 * | session           | USER#<user_id>    | SESSION#<id>    | refresh_hash, previous_refresh_hash, rotated_at, …       |
 * | socket ticket     | TICKET#<sha256>   | TICKET          | user_id, session_id, expires_at                          |
 * | public key        | KEYS              | KEY#<kid>       | jwk                                                      |
 * | anonymous bucket  | LIMIT#<action>#<subject> | LIMIT    | tat, expires_at                                          |
 */
export const emailKey = (foldedEmail: string) => ({ pk: `EMAIL#${foldedEmail}`, sk: 'EMAIL' });
export const credentialsKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'CREDENTIALS' });
export const gateKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'GATE' });
export const sessionKey = (userId: string, sessionId: string) => ({
  pk: `USER#${userId}`,
  sk: `SESSION#${sessionId}`,
});
export const ticketKey = (ticketHash: string) => ({ pk: `TICKET#${ticketHash}`, sk: 'TICKET' });
export const publicKeysPartition = 'KEYS';
export const publicKeyKey = (kid: string) => ({ pk: publicKeysPartition, sk: `KEY#${kid}` });
export const limitKey = (action: string, subject: string) => ({
  pk: `LIMIT#${action}#${subject}`,
  sk: 'LIMIT',
});
