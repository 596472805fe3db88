import { describe, expect, it } from 'vitest';
import { userId } from '../../test/support/builders.ts';
import { randomIds, sha256 } from '../ids.ts';
import { botSessionId, botToken, isBotToken, parseBotToken } from './bot-token.ts';

const bot = userId('bot');

describe('the token of a bot', () => {
  it('names the bot and leads to the hash of its secret', () => {
    for (let count = 0; count < 50; count += 1) {
      const secret = randomIds.secret();
      const token = botToken(bot, secret);
      expect(isBotToken(token)).toBe(true);
      expect(parseBotToken(token)).toEqual({ userId: bot, sessionId: `b_${sha256(secret)}` });
      expect(botSessionId(secret)).not.toContain(secret);
    }
  });

  it('is in one spelling only', () => {
    const token = botToken(bot, randomIds.secret());
    for (const other of [
      token.slice(0, -1),
      `${token}x`,
      `${token}=`,
      `${token} `,
      token.replace('cb_', 'CB_'),
      token.replace('cb_', 'cb_cb_'),
      token.toLowerCase(),
      botToken('u_', randomIds.secret()),
      botToken(`${bot}#X`, randomIds.secret()),
      botToken(bot, ''),
      botToken(bot, 'é'.repeat(43)),
    ])
      expect(parseBotToken(other), other).toBeUndefined();
  });

  it('is nothing that people have', () => {
    for (const token of ['eyJhbGciOiJFZERTQSJ9.e30.x', `${bot}.s_1.secret`, ''])
      expect(isBotToken(token)).toBe(false);
  });
});
