import { describe, expect, it } from 'vitest';
import { webhookDelivery } from '../../events/webhook-delivery.ts';
import { aConversation, aMessage, startMs } from '../../test/support/builders.ts';
import { messageCreate, messageUpdate } from '../messages/message.ts';
import { deliveriesFor } from './deliveries.ts';

const conversation = aConversation({ webhookIds: ['wh_1', 'wh_2'] });
const options = { atMs: startMs };
const create = (seq: number, content?: string) =>
  messageCreate(aMessage({ seq, ...(content && { content }) }));
const update = (seq: number, rev: number) => messageUpdate(aMessage({ seq, rev }), rev - 1, rev);

describe('what webhooks are told', () => {
  it('[W1] is what happened to messages, for each of them, in its order', () => {
    const events = [create(1), create(2), update(1, 1)];
    const deliveries = deliveriesFor(conversation, events, options);
    expect(deliveries.map(({ webhook_id, events }) => [webhook_id, events])).toEqual([
      ['wh_1', events],
      ['wh_2', events],
    ]);
    for (const delivery of deliveries) expect(webhookDelivery.parse(delivery)).toEqual(delivery);
  });

  it('is nothing without webhooks, and nothing when no message is concerned', () => {
    expect(deliveriesFor(aConversation(), [create(1)], options)).toEqual([]);
    expect(deliveriesFor(conversation, [], options)).toEqual([]);
    expect(deliveriesFor(conversation, [{ type: 'notice.dismissed', notice_id: 'n' }], options)).toEqual([]);
  });

  it('[W1] has ids of its own that a repeat has as well, and nothing else has', () => {
    const idsOf = (...args: Parameters<typeof deliveriesFor>) =>
      deliveriesFor(...args).map(({ delivery_id }) => delivery_id);
    const first = idsOf(conversation, [create(1), update(1, 4)], options);
    expect(idsOf(conversation, [create(1), update(1, 4)], { atMs: startMs + 60_000 })).toEqual(first);
    const others = [
      ...idsOf(conversation, [create(2), update(1, 4)], options),
      ...idsOf(conversation, [create(1), update(1, 5)], options),
      ...idsOf(conversation, [create(1)], options),
      ...idsOf(conversation, [create(1), update(1, 4)], { ...options, replayId: 'one' }),
      ...idsOf(conversation, [create(1), update(1, 4)], { ...options, replayId: 'two' }),
      ...idsOf({ ...conversation, webhookIds: ['wh_3'] }, [create(1), update(1, 4)], options),
    ];
    expect(new Set([...first, ...others]).size).toBe(first.length + others.length);
  });

  it('says of a replay that it is one', () => {
    expect(deliveriesFor(conversation, [create(1)], { ...options, replayId: 'one' })[0]?.replay).toBe(true);
    expect(deliveriesFor(conversation, [create(1)], options)[0]).not.toHaveProperty('replay');
  });

  it('[W1] comes in parts of less than 200 KB that leave nothing out', () => {
    const events = Array.from({ length: 30 }, (_, index) => create(index + 1, 'ä'.repeat(8_000)));
    const deliveries = deliveriesFor({ ...conversation, webhookIds: ['wh_1'] }, events, options);
    expect(deliveries.length).toBeGreaterThan(2);
    expect(deliveries.flatMap((delivery) => delivery.events)).toEqual(events);
    for (const delivery of deliveries)
      expect(Buffer.byteLength(JSON.stringify(delivery))).toBeLessThan(200_000);
    expect(new Set(deliveries.map(({ delivery_id }) => delivery_id)).size).toBe(deliveries.length);
  });
});
