import type { Identity } from '../auth/access-token.ts';
import { sha256 } from '../ids.ts';

/** 31 December 9999: a bot's token ends when it is replaced or the bot goes, not by itself. Epoch seconds. */
export const botTokenExpiry = 253_402_300_799;

/** `cb_<user id>_<256-bit secret>`: says what it is to whoever finds one in the wrong place, and whose it is. */
export function botToken(userId: string, secret: string): string {
  return `cb_${userId}_${secret}`;
}

export function isBotToken(token: string): boolean {
  return token.startsWith('cb_');
}

/**
 * Who a token says that it is; undefined for what cannot be one. Nothing is proven yet: the gate knows the session only if
 * the secret is the right one.
 */
export function parseBotToken(token: string): Identity | undefined {
  const match = /^cb_(u_[0-9A-Z]{26})_([\w-]{43})$/.exec(token);
  if (!match) return undefined;
  const [, userId = '', secret = ''] = match;
  return { userId, sessionId: botSessionId(secret) };
}

/**
 * The session of a bot is the hash of its secret, so that the one look at the list of living sessions also proves the
 * secret: nothing of it is stored, and nothing that could be timed is compared, because nobody chooses what a hash begins
 * with. It has no refresh token and no row of its own: nothing but a bot's token leads to it.
 */
export function botSessionId(secret: string): string {
  return `b_${sha256(secret)}`;
}
