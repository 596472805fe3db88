/** Every delivery to a webhook that ever waited in a queue, through the consumer of today. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { webhookDelivery } from '../../events/webhook-delivery.ts';
import { deliverWebhook } from '../../shared/webhooks/deliver-webhook.ts';
import { anna, movableClock } from '../support/builders.ts';
import { inMemoryReceiver, inMemoryWebhookRetries } from '../support/in-memory-webhooks.ts';

const folder = new URL('../../events/samples/', import.meta.url);
const samples = readdirSync(folder)
  .filter((name) => name.startsWith('webhook-delivery.'))
  .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

describe('a webhook delivery that was shipped', () => {
  it('is among the samples, plain and asked for again', () => {
    const replays = samples.map(([, text]) => webhookDelivery.parse(JSON.parse(text)).replay === true);
    expect(new Set(replays)).toEqual(new Set([true, false]));
  });

  it.each(samples)('%s is read as it was written, and delivered', async (_, text) => {
    const delivery = webhookDelivery.parse(JSON.parse(text));
    expect(delivery).toEqual(JSON.parse(text));
    const receiver = inMemoryReceiver();
    const webhook = {
      webhookId: delivery.webhook_id,
      convoId: delivery.convo_id,
      url: 'https://hooks.example.org/',
      events: ['message.create', 'message.update'] as const,
      createdBy: anna,
      createdAt: '',
      state: 'enabled' as const,
      failures: 0,
      sealedSecret: 'sealed',
    };
    await deliverWebhook(
      delivery,
      { receiptHandle: 'receipt', count: 1 },
      {
        webhooks: {
          get: async () => webhook,
          noteAttempt: async () => webhook,
          disable: async () => false,
          replaceSecret: async () => false,
        },
        box: { seal: async (text) => text, open: async () => 'secret', renewed: async () => undefined },
        sender: receiver,
        retries: inMemoryWebhookRetries(),
        clock: movableClock(),
        random: () => 0,
        warn: () => undefined,
      },
    );
    expect(receiver.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
      { delivery_id: delivery.delivery_id, events: delivery.events },
    ]);
  });
});

describe('docs/webhooks.md', () => {
  it('tells receivers to verify as the tests do', () => {
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const [, sample = ''] = /```js\n.*?\n(function isFromConfab.*?)```/s.exec(read('docs/webhooks.md')) ?? [];
    const body = (text: string) => text.slice(text.indexOf('{\n'), text.lastIndexOf('}')).trim();
    const tested = read('test/support/webhook-signature.ts');
    expect(body(sample)).not.toBe('');
    expect(body(tested.slice(tested.indexOf('function')))).toBe(body(sample));
  });
});
