import { bodyOf, type HttpClient } from './client.ts';
import { findMiniStackOutbox } from './ministack-outbox.ts';

export interface SentMessage {
  readonly id: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject?: string;
  readonly text: string;
  readonly code?: string;
}

/** Where the mails and SMS of a system can be read: a laptop's or MiniStack's. On AWS they go to people, and these flows are left out. */
export interface Outbox {
  /** The next message to this address that came after `after` (none: the first one). Waits for it. */
  next(to: string, after?: SentMessage): Promise<SentMessage>;
  /** The same, but for the code that stands in it. */
  code(to: string, after?: SentMessage): Promise<string>;
  all(to: string): Promise<SentMessage[]>;
}

export async function findOutbox(http: HttpClient): Promise<Outbox | undefined> {
  const answer = await http.call('GET', '/_outbox/messages?limit=1').catch(() => undefined);
  return answer?.status === 200 ? outboxOf(http) : await findMiniStackOutbox(http.url);
}

function outboxOf(http: HttpClient): Outbox {
  const list = async (query: Record<string, string>) => {
    const path = `/_outbox/messages?${new URLSearchParams(query)}`;
    return bodyOf(await http.call<{ messages: SentMessage[] }>('GET', path)).messages;
  };
  const next = async (to: string, after?: SentMessage) => {
    const [message] = await list({ to, wait: '20', ...(after && { after: after.id }) });
    if (!message) throw new Error(`nothing came for ${to}`);
    return message;
  };
  return {
    next,
    all: (to) => list({ to }),
    async code(to, after) {
      const { code, text } = await next(to, after);
      if (code === undefined) throw new Error(`no code in: ${text}`);
      return code;
    },
  };
}
