/**
 * The Auth table: what proves who somebody is. No stream reads it.
 *
 * | item              | pk                | sk              | attributes                                               |
 * |-------------------|-------------------|-----------------|----------------------------------------------------------|
 * | e-mail holder     | EMAIL#<folded>    | EMAIL           | user_id, verified                                        |
 * | e-mail claim      | EMAIL#<folded>    | CLAIM           | user_id                                                  |
 * | phone number      | PHONE#<E.164>     | PHONE           | user_id                                                  |
 * | credentials       | USER#<user_id>    | CREDENTIALS     | user_id, email, password_hash?, phone?                   |
 * | second factor     | USER#<user_id>    | FACTOR          | status, secret (sealed), last_step, recovery, created_at, enabled_at |
 * | gate              | USER#<user_id>    | GATE            | sessions {session_id → expiry in s}, tat {action → ms}   |
 * | session           | USER#<user_id>    | SESSION#<id>    | refresh_hash, rotated_at, user_agent, ip, last_used_at … |
 * | socket ticket     | TICKET#<sha256>   | TICKET          | user_id, session_id, expires_at                          |
 * | one-time code     | CODE#<sha256>     | CODE            | challenge_hash, code_hash, user_id, requested_at, tries, sent, expires_at |
 * | factor challenge  | FACTORCHALLENGE#<sha256> | CHALLENGE | user_id, password_hash?, tries, expires_at              |
 * | failures          | FAIL#<kind>#<subject> | FAIL        | failures, blocked_until, expires_at                      |
 * | public key        | KEYS              | KEY#<kid>       | jwk, expires_at                                          |
 * | anonymous bucket  | LIMIT#<action>#<subject> | LIMIT    | tat, expires_at                                          |
 *
 * Every subject that a caller chose (an address, a ticket, a challenge) is hashed or folded before it is part of a key.
 */
export const emailKey = (foldedEmail: string) => ({ pk: `EMAIL#${foldedEmail}`, sk: 'EMAIL' });
export const emailClaimKey = (foldedEmail: string) => ({ pk: `EMAIL#${foldedEmail}`, sk: 'CLAIM' });
export const phoneKey = (phone: string) => ({ pk: `PHONE#${phone}`, sk: 'PHONE' });
export const credentialsKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'CREDENTIALS' });
export const gateKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'GATE' });
export const sessionKey = (userId: string, sessionId: string) => ({
  pk: `USER#${userId}`,
  sk: `SESSION#${sessionId}`,
});
export const ticketKey = (ticketHash: string) => ({ pk: `TICKET#${ticketHash}`, sk: 'TICKET' });
export const secondFactorKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'FACTOR' });
export const codeKey = (subjectHash: string) => ({ pk: `CODE#${subjectHash}`, sk: 'CODE' });
export const factorChallengeKey = (challengeHash: string) => ({
  pk: `FACTORCHALLENGE#${challengeHash}`,
  sk: 'CHALLENGE',
});
export const failuresKey = (kind: string, subject: string) => ({ pk: `FAIL#${kind}#${subject}`, sk: 'FAIL' });
export const publicKeysPartition = 'KEYS';
export const publicKeyKey = (kid: string) => ({ pk: publicKeysPartition, sk: `KEY#${kid}` });
export const limitKey = (action: string, subject: string) => ({
  pk: `LIMIT#${action}#${subject}`,
  sk: 'LIMIT',
});
