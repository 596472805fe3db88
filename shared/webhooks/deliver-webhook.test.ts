import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aMessage,
  anna,
  convoId,
  membershipsOf,
  movableClock,
  startMs,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import {
  inMemoryReceiver,
  inMemoryWebhookRetries,
  inMemoryWebhookStore,
} from '../../test/support/in-memory-webhooks.ts';
import { isFromConfab } from '../../test/support/webhook-signature.ts';
import { secretBox } from '../auth/secret-box.ts';
import { limits } from '../limits.ts';
import { messageCreate, messageUpdate } from '../messages/message.ts';
import { delayAfter, deliverWebhook, NotDelivered } from './deliver-webhook.ts';
import { deliveriesFor } from './deliveries.ts';
import { secretContext, type Webhook } from './webhook.ts';

const team = convoId('team');
const webhookId = 'wh_1';
const secret = 'whsec_of_the_test';

async function setup(given: Partial<Webhook> = {}) {
  const clock = movableClock();
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ convoId: team });
  conversations.put(conversation, membershipsOf(conversation, [anna]));
  const roots = {
    current: 'a root of at least thirty-two characters',
    previous: undefined as string | undefined,
  };
  const box = secretBox({ current: async () => roots.current, previous: async () => roots.previous }, clock);
  const webhooks = inMemoryWebhookStore(conversations);
  const sealedSecret = await box.seal(secret, secretContext(webhookId));
  await webhooks.add(
    {
      webhookId,
      convoId: team,
      url: 'https://hooks.example.org/',
      events: ['message.create', 'message.update'],
      createdBy: anna,
      createdAt: new Date(startMs).toISOString(),
      state: 'enabled',
      failures: 0,
      sealedSecret,
      ...given,
    },
    conversation,
  );
  const receiver = inMemoryReceiver();
  const retries = inMemoryWebhookRetries();
  const warnings: string[] = [];
  const deps = {
    webhooks,
    box,
    sender: receiver,
    retries,
    clock,
    random: () => 1 - Number.EPSILON,
    warn: (message: string) => void warnings.push(message),
  };
  const message = aMessage({ seq: 7, content: 'hello' });
  const told = [messageCreate(message), messageUpdate({ ...message, rev: 3 }, 2, 3)];
  const deliveryOf = (replayId?: string) => {
    const [delivery] = deliveriesFor({ convoId: team, webhookIds: [webhookId] }, told, {
      atMs: startMs,
      ...(replayId !== undefined && { replayId }),
    });
    if (!delivery) throw new Error('there is nothing to deliver');
    return delivery;
  };
  const deliver = (count = 1, delivery = deliveryOf()) =>
    deliverWebhook(delivery, { receiptHandle: `receipt ${count}`, count }, deps);
  const fails = async (count = 1) => await expect(deliver(count)).rejects.toThrow(NotDelivered);
  const stored = () => webhooks.get(team, webhookId);
  return { ...deps, roots, receiver, warnings, told, deliver, deliveryOf, fails, stored };
}

describe('deliverWebhook', () => {
  it('[W1] sends what happened, signed with the time, as the documentation says', async () => {
    const { deliver, deliveryOf, receiver, told } = await setup();
    expect(await deliver(2)).toEqual({ outcome: 'delivered', status: 200 });
    const [request] = receiver.requests;
    expect(request?.url).toBe('https://hooks.example.org/');
    const { delivery_id } = deliveryOf();
    expect(JSON.parse(request?.body ?? '')).toEqual({
      delivery_id,
      webhook_id: webhookId,
      convo_id: team,
      attempt: 2,
      sent_at: new Date(startMs).toISOString(),
      events: told,
    });
    expect(request?.headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'Confab-Webhooks/1',
      'confab-delivery-id': delivery_id,
      'confab-webhook-id': webhookId,
      'confab-signature': expect.stringMatching(new RegExp(`^t=${startMs / 1_000},v1=[0-9a-f]{64}$`)),
    });
    const signature = request?.headers['confab-signature'] ?? '';
    const verify = (body: string, key: string, at: number) => isFromConfab(signature, body, key, at);
    const now = startMs / 1_000;
    expect(verify(request?.body ?? '', secret, now)).toBe(true);
    expect(verify(`${request?.body} `, secret, now)).toBe(false);
    expect(verify(request?.body ?? '', `${secret}x`, now)).toBe(false);
    expect(verify(request?.body ?? '', secret, now + 301)).toBe(false);
  });

  it('[W1] signs every attempt with its own time', async () => {
    const { deliver, fails, receiver, clock } = await setup();
    receiver.answer({ status: 500 });
    await fails();
    clock.advance(60_000);
    receiver.answer({ status: 200 });
    await deliver(2);
    const times = receiver.requests.map(({ headers }) => headers['confab-signature']?.split(',')[0]);
    expect(times).toEqual([`t=${startMs / 1_000}`, `t=${startMs / 1_000 + 60}`]);
    const ids = receiver.requests.map(({ headers }) => headers['confab-delivery-id']);
    expect(new Set(ids).size).toBe(1);
  });

  it('sends only the kinds of events that it is there for', async () => {
    const { deliver, receiver } = await setup({ events: ['message.update'] });
    await deliver();
    const { events } = JSON.parse(receiver.requests[0]?.body ?? '') as { events: { type: string }[] };
    expect(events.map(({ type }) => type)).toEqual(['message.update']);
  });

  it('sends nothing when nothing of it is wanted, or nobody wants it any more', async () => {
    const { deliver, deliveryOf, webhooks, receiver } = await setup({ events: ['message.update'] });
    const onlyNew = { ...deliveryOf(), events: deliveryOf().events.slice(0, 1) };
    expect(await deliver(1, onlyNew)).toEqual({ outcome: 'not_wanted' });
    await webhooks.remove(team, webhookId);
    expect(await deliver()).toEqual({ outcome: 'removed' });
    expect(receiver.requests).toEqual([]);
  });

  it.each([{ status: 500 }, { status: 404 }, { status: 301 }, { status: 199 }, { status: 0 }] as const)(
    '[W2] tries again later after %j',
    async (answer) => {
      const { receiver, fails, retries, stored } = await setup();
      receiver.answer(answer);
      await fails(3);
      expect(retries.delays).toEqual([['receipt 3', 160]]);
      expect(await stored()).toMatchObject({ failures: 1, state: 'enabled' });
    },
  );

  it('[W2] keeps what became of the attempts, the latest first, and counts failures until one succeeds', async () => {
    const { receiver, fails, deliver, webhooks, stored, clock } = await setup();
    receiver.answer({ error: 'timeout' });
    await fails(1);
    clock.advance(10_000);
    receiver.answer({ status: 503 });
    await fails(2);
    expect(await stored()).toMatchObject({ failures: 2, failingSince: new Date(startMs).toISOString() });
    clock.advance(40_000);
    receiver.answer({ status: 204 });
    await deliver(3);
    const attempts = await webhooks.attempts(team, webhookId);
    expect(attempts.map(({ attempt, status, error }) => [attempt, status, error])).toEqual([
      [3, 204, null],
      [2, 503, null],
      [1, null, 'timeout'],
    ]);
    expect(await stored()).toMatchObject({ failures: 0, state: 'enabled' });
    expect(await stored()).not.toHaveProperty('failingSince');
  });

  it('[W2] disables a webhook that has failed often and for long, and drops what comes then', async () => {
    const { receiver, fails, deliver, clock, stored } = await setup();
    receiver.answer({ status: 500 });
    for (let count = 1; count <= limits.webhookFailuresMax + 5; count += 1) await fails();
    // Often, but a restart takes a moment.
    expect(await stored()).toMatchObject({ state: 'enabled' });
    clock.advance(limits.webhookFailingMinSeconds * 1_000);
    await fails();
    expect(await stored()).toMatchObject({ state: 'disabled', failures: limits.webhookFailuresMax + 6 });
    const before = receiver.requests.length;
    expect(await deliver()).toEqual({ outcome: 'disabled' });
    expect(receiver.requests).toHaveLength(before);
  });

  it('[W2] does not disable one that failed for long, but seldom', async () => {
    const { receiver, fails, clock, stored } = await setup();
    receiver.answer({ status: 500 });
    for (let count = 1; count < limits.webhookFailuresMax; count += 1) {
      await fails();
      clock.advance(3_600_000);
    }
    expect(await stored()).toMatchObject({ state: 'enabled' });
  });

  it('[W4] delivers what somebody asked for again also to a disabled one, and says so', async () => {
    const { deliver, deliveryOf, receiver } = await setup({ state: 'disabled' });
    expect(await deliver(1, deliveryOf('again'))).toMatchObject({ outcome: 'delivered' });
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({ replay: true });
  });

  it('counts as delivered what could not be noted, and fails though it could not be put off', async () => {
    const { deliver, fails, receiver, webhooks, retries, warnings } = await setup();
    webhooks.noteAttempt = async () => {
      throw new Error('throttled');
    };
    retries.later = async () => {
      throw new Error('throttled');
    };
    expect(await deliver()).toMatchObject({ outcome: 'delivered' });
    receiver.answer({ status: 500 });
    await fails();
    expect(warnings).toEqual([
      'an attempt to deliver was not noted',
      'an attempt to deliver was not noted',
      'a delivery was not put off',
    ]);
  });

  it('is tried again when the table does not answer, and sends nothing unsigned', async () => {
    const { deliver, webhooks, receiver } = await setup({ sealedSecret: 'v1.x.x.x' });
    await expect(deliver()).rejects.toThrow('sealed value');
    webhooks.get = async () => {
      throw new Error('throttled');
    };
    await expect(deliver()).rejects.toThrow('throttled');
    expect(receiver.requests).toEqual([]);
  });

  it('cannot be made to sign with the secret of another webhook', async () => {
    const other = await setup();
    const sealed = await other.box.seal(secret, secretContext('wh_2'));
    const { deliver, receiver } = await setup({ sealedSecret: sealed });
    await expect(deliver()).rejects.toThrow('sealed for somebody else');
    expect(receiver.requests).toEqual([]);
  });

  it('seals the secret anew once the root was replaced, and does not undo a new secret', async () => {
    const { deliver, roots, stored, clock, webhooks, box } = await setup();
    const sealedBefore = (await stored())?.sealedSecret;
    roots.previous = roots.current;
    roots.current = 'another root of at least thirty-two characters';
    clock.advance(16 * 60_000);
    await deliver();
    const sealedAfter = (await stored())?.sealedSecret ?? '';
    expect(sealedAfter).not.toBe(sealedBefore);
    expect(await box.open(sealedAfter, secretContext(webhookId))).toBe(secret);
    await webhooks.replaceSecret(team, webhookId, 'a newer one');
    expect(await webhooks.replaceSecret(team, webhookId, 'the renewed', sealedAfter)).toBe(false);
  });
});

describe('the delay before the next try', () => {
  it('[W2] grows fourfold from ten seconds to an hour', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 8].map((count) => delayAfter(count, () => 1 - Number.EPSILON));
    expect(longest).toEqual([10, 40, 160, 640, 2_560, 3_600, 3_600, 3_600]);
  });

  it('is half random', () => {
    expect(delayAfter(1, () => 0)).toBe(5);
    expect(delayAfter(8, () => 0)).toBe(1_800);
  });
});
