import { createHash, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';

/** Ids are arguments too: a test hands in the ones that it expects. */
export interface Ids {
  user(): string;
  session(): string;
  conversation(): string;
  message(): string;
  /** 256 random bits, base64url: tickets and refresh tokens. */
  secret(): string;
}

export const randomIds: Ids = {
  user: () => `u_${ulid()}`,
  session: () => `s_${ulid()}`,
  conversation: () => `c_${ulid()}`,
  message: () => `m_${ulid()}`,
  secret: () => randomBytes(32).toString('base64url'),
};

/**
 * The id of the one direct conversation of two people: whoever opens it, and however often, it is the same.
 * A person with themselves is allowed (notes to self).
 */
export function directConversationId(userA: string, userB: string): string {
  return `d_${sha256(JSON.stringify([userA, userB].sort())).slice(0, 32)}`;
}

/** SHA-256, hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
