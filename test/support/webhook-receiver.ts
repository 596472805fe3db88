import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { MessageCreate, MessageUpdate } from '../../events/server-frames.ts';
import { isFromConfab } from './webhook-signature.ts';

/** What came in, whatever was answered. */
export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly delivery: {
    readonly delivery_id: string;
    readonly convo_id: string;
    readonly attempt: number;
    readonly replay?: true;
    readonly events: readonly (MessageCreate | MessageUpdate)[];
  };
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** From now on every request is answered so. */
  answer(status: number, headers?: Record<string, string>): void;
  /** The texts of the new messages that were taken, as a receiver counts them: each number once. */
  taken(): string[];
  signedWith(secret: string): boolean;
}

/** A server beside the tests, until the test ends. */
export async function webhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const messages = new Map<number, string>();
  let answer = { status: 200, headers: {} as Record<string, string> };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { status, headers } = answer;
    const one = { headers: request.headers, body, delivery: JSON.parse(body) as Received['delivery'] };
    received.push(one);
    if (status < 300) {
      for (const event of one.delivery.events)
        if (event.type === 'message.create') messages.set(event.seq_no, event.content);
    }
    response.writeHead(status, headers).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer(status, headers = {}) {
      answer = { status, headers };
    },
    taken: () => [...messages].sort(([a], [b]) => a - b).map(([, content]) => content),
    signedWith: (secret) =>
      received.length > 0 &&
      received.every(({ headers, body }) => isFromConfab(String(headers['confab-signature']), body, secret)),
  };
}
