import { codeOf } from '../../localstack/outbox/outbox-message.ts';
import type { Outbox, SentMessage } from './outbox.ts';
import { waitFor } from './wait-for.ts';

interface Mail {
  readonly MessageId: string;
  readonly To: readonly string[];
  readonly Subject: string;
  readonly BodyText: string;
}
interface Sms {
  readonly MessageId: string;
  readonly Message: string;
}

/**
 * What MiniStack's SES and SNS were given, from its own pages beside the deployment at `url`; undefined where there are
 * none. It lists in the order of sending.
 */
export async function findMiniStackOutbox(url: string): Promise<Outbox | undefined> {
  const read = async <T>(path: string): Promise<T | undefined> => {
    const response = await fetch(new URL(path, url)).catch(() => undefined);
    const isJson = response?.ok && response.headers.get('content-type')?.includes('json');
    return isJson ? ((await response.json()) as T) : undefined;
  };
  const mails = async (to: string): Promise<SentMessage[]> => {
    const answer = await read<{ messages: Record<string, Mail[]> }>('/_ministack/ses/messages');
    return Object.values(answer?.messages ?? {})
      .flat()
      .filter(({ To }) => To.includes(to))
      .map(({ MessageId, Subject, BodyText }) => withCode('email', MessageId, to, BodyText, Subject));
  };
  const texts = async (to: string): Promise<SentMessage[]> => {
    const path = `/_ministack/sns/sms-messages?phoneNumber=${encodeURIComponent(to)}`;
    const answer = await read<{ sms_messages: Record<string, Sms[]> }>(path);
    return (answer?.sms_messages[to] ?? []).map((one) => withCode('sms', one.MessageId, to, one.Message));
  };
  const all = (to: string) => (to.includes('@') ? mails(to) : texts(to));
  const next = (to: string, after?: SentMessage) =>
    waitFor(`a message for ${to}`, async () => {
      const messages = await all(to);
      return messages[messages.findIndex(({ id }) => id === after?.id) + 1];
    });
  if ((await read('/_ministack/ses/messages')) === undefined) return undefined;
  return {
    all,
    next,
    async code(to, after) {
      const { code, text } = await next(to, after);
      if (code === undefined) throw new Error(`no code in: ${text}`);
      return code;
    },
  };
}

function withCode(
  channel: SentMessage['channel'],
  id: string,
  to: string,
  text: string,
  subject?: string,
): SentMessage {
  const code = codeOf(text);
  return {
    id,
    channel,
    to,
    text,
    ...(subject !== undefined && { subject }),
    ...(code !== undefined && { code }),
  };
}
