import { randomBytes } from 'node:crypto';
import type { BotView } from '../../events/bot-contracts.ts';
import { bodyOf, type HttpAnswer, type HttpCall } from './client.ts';
import type { Person } from './people.ts';

/** A program with a token of its own. */
export interface Bot {
  readonly userId: string;
  readonly handle: string;
  readonly token: string;
  /** As this bot; the answer whatever its status is. */
  call<T = unknown>(method: string, path: string, call?: HttpCall): Promise<HttpAnswer<T>>;
  /** Puts a message into a conversation's queue. */
  post(convoId: string, content: string, more?: object): Promise<HttpAnswer>;
}

export async function newBot(owner: Person, name = 'bot'): Promise<Bot> {
  const handle = `${name}-${randomBytes(6).toString('hex')}`;
  const body = { handle, display_name: name };
  const made = bodyOf(await owner.call<{ bot: BotView; token: string }>('POST', '/bots', { body }), 201);
  return botWith(owner, made.bot, made.token);
}

export function botWith({ http }: Person, bot: Pick<BotView, 'user_id' | 'handle'>, token: string): Bot {
  const call = <T>(method: string, path: string, options: HttpCall = {}) =>
    http.call<T>(method, path, { token, ...options });
  return {
    userId: bot.user_id,
    handle: bot.handle,
    token,
    call,
    post: (convoId, content, more = {}) =>
      call('POST', `/conversations/${convoId}/messages`, {
        body: { content, client_msg_id: randomBytes(9).toString('base64url'), ...more },
      }),
  };
}
