import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aNewMessage,
  anna,
  ben,
  cleo,
  convoId,
  countingIds,
  instantBackoff,
  membershipsOf,
  movableClock,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryMessageStore } from '../../test/support/in-memory-message-store.ts';
import { inMemoryWebhookQueue, inMemoryWebhookStore } from '../../test/support/in-memory-webhooks.ts';
import { secretBox } from '../auth/secret-box.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';
import {
  createWebhook,
  enableWebhook,
  listWebhooks,
  removeWebhook,
  renewWebhookSecret,
  webhookAttempts,
} from './manage-webhooks.ts';
import { replayWebhook } from './replay-webhook.ts';
import { secretContext, webhookView } from './webhook.ts';

const team = convoId('team');
const request = { url: 'https://hooks.example.org/x', events: ['message.create'] as const };

/** Anna owns it, Cleo is an admin, Ben a plain member. */
function setup(given: Partial<Conversation> = {}) {
  const clock = movableClock();
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ convoId: team, members: [anna, ben, cleo], ...given });
  const members = membershipsOf(conversation, [anna, ben, cleo], anna).map((membership) =>
    membership.userId === cleo ? { ...membership, role: 'admin' as const } : membership,
  );
  conversations.put(conversation, members);
  const root = async () => 'a root of at least thirty-two characters';
  let ids = 0;
  const deps = {
    conversations,
    messages: inMemoryMessageStore(conversations),
    webhooks: inMemoryWebhookStore(conversations),
    queue: inMemoryWebhookQueue(),
    box: secretBox({ current: root, previous: async () => undefined }, clock),
    targets: 'public' as const,
    newWebhookId: () => {
      ids += 1;
      return `wh_${ids}`;
    },
    ids: countingIds(),
    clock,
    backoff: instantBackoff(),
  };
  const of = (userId: string) => ({ userId, convoId: team });
  const create = (userId = anna, url = request.url) => createWebhook(of(userId), { ...request, url }, deps);
  return { ...deps, deps, of, create, members, conversation };
}

describe('webhooks', () => {
  it('[W1] are made by who may see to them, with a secret that is kept sealed', async () => {
    const { create, conversations, webhooks, box } = setup();
    const { webhook, secret } = await create(cleo, 'https://HOOKS.example.org/x#part');
    expect(webhookView(webhook)).toMatchObject({
      url: 'https://hooks.example.org/x',
      events: ['message.create'],
      created_by: cleo,
      state: 'enabled',
      failures: 0,
    });
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    expect((await conversations.get(team))?.webhookIds).toEqual([webhook.webhookId]);
    const stored = await webhooks.get(team, webhook.webhookId);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(await box.open(stored?.sealedSecret ?? '', secretContext(webhook.webhookId))).toBe(secret);
    expect(JSON.stringify(webhookView(webhook))).not.toMatch(/secret|sealed/);
  });

  it('[W1] are nobody else’s business, and foreign and missing conversations look alike', async () => {
    const { create, of, deps, webhooks } = setup();
    const { webhook } = await create();
    const id = webhook.webhookId;
    const attempts = (who: { userId: string; convoId: string }) => [
      () => createWebhook(who, request, deps),
      () => listWebhooks(who, deps),
      () => removeWebhook(who, id, deps),
      () => enableWebhook(who, id, deps),
      () => renewWebhookSecret(who, id, deps),
      () => webhookAttempts(who, id, deps),
      () => replayWebhook(who, { webhookId: id, sinceSeq: 0, replayId: 'r' }, deps),
    ];
    for (const attempt of attempts(of(ben)))
      await expect(attempt()).rejects.toMatchObject({ code: 'conversation.forbidden' });
    for (const who of [of(stranger), { userId: anna, convoId: convoId('missing') }])
      for (const attempt of attempts(who))
        await expect(attempt()).rejects.toMatchObject({ code: 'conversation.not_found' });
    expect(await webhooks.list(team)).toEqual([webhook]);
  });

  it.each(['direct', 'group'] as const)(
    'cannot be made in an archived or %s conversation of two',
    async (type) => {
      const { create } = setup({ type, ...(type === 'group' && { archivedAt: '2026-03-01T12:00:00.000Z' }) });
      await expect(create()).rejects.toMatchObject({ code: 'conversation.forbidden' });
    },
  );

  it('[W3] lead to nothing that is not public', async () => {
    const { create, webhooks } = setup();
    await expect(create(anna, 'https://169.254.169.254/')).rejects.toMatchObject({
      code: 'webhook.url_invalid',
    });
    expect(await webhooks.list(team)).toEqual([]);
  });

  it('are a few at most, and one that goes makes room', async () => {
    const { create, of, deps } = setup();
    for (let count = 0; count < limits.webhooksPerConversationMax; count += 1) await create();
    await expect(create()).rejects.toMatchObject({ code: 'webhook.limit_reached' });
    await removeWebhook(of(anna), 'wh_1', deps);
    await removeWebhook(of(anna), 'wh_1', deps);
    await create();
    expect(await listWebhooks(of(anna), deps)).toHaveLength(limits.webhooksPerConversationMax);
  });

  it('are not made by somebody who loses the right to meanwhile', async () => {
    const { create, conversations, conversation, members, webhooks } = setup();
    const inMemory = { ...webhooks };
    webhooks.add = async (...args) => {
      conversations.put(
        { ...conversation, membersVersion: conversation.membersVersion + 1 },
        members.map((member) => (member.userId === cleo ? { ...member, role: 'member' } : member)),
      );
      return await inMemory.add(...args);
    };
    await expect(create(cleo)).rejects.toMatchObject({ code: 'conversation.forbidden' });
    expect(await webhooks.list(team)).toEqual([]);
  });

  it('say to try again when the conversation never stands still', async () => {
    const { create, webhooks, backoff } = setup();
    webhooks.add = async () => 'stale';
    await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
    expect(backoff.waits).toHaveLength(5);
  });

  it('sign with a new secret from when it is asked for', async () => {
    const { create, of, deps, webhooks, box } = setup();
    const { webhook, secret } = await create();
    const renewed = await renewWebhookSecret(of(cleo), webhook.webhookId, deps);
    expect(renewed).not.toBe(secret);
    const { sealedSecret = '' } = (await webhooks.get(team, webhook.webhookId)) ?? {};
    expect(await box.open(sealedSecret, secretContext(webhook.webhookId))).toBe(renewed);
  });

  it('that are not there cannot be changed', async () => {
    const { of, deps } = setup();
    const gone = { code: 'webhook.not_found' };
    await expect(enableWebhook(of(anna), 'wh_9', deps)).rejects.toMatchObject(gone);
    await expect(renewWebhookSecret(of(anna), 'wh_9', deps)).rejects.toMatchObject(gone);
    await expect(webhookAttempts(of(anna), 'wh_9', deps)).rejects.toMatchObject(gone);
    const replay = { webhookId: 'wh_9', sinceSeq: 0, replayId: 'r' };
    await expect(replayWebhook(of(anna), replay, deps)).rejects.toMatchObject(gone);
  });
});

describe('a replay', () => {
  async function withMessages(count: number) {
    const world = setup();
    const { webhook } = await world.create();
    await world.create(cleo);
    for (let seq = 1; seq <= count; seq += 1) {
      const conversation = await world.conversations.get(team);
      if (conversation) await world.messages.commit(conversation, [aNewMessage({ convoId: team, seq })]);
    }
    const { webhookId } = webhook;
    const replay = (sinceSeq: number, untilSeq?: number, userId = anna) =>
      replayWebhook(world.of(userId), { webhookId, sinceSeq, untilSeq, replayId: 'asked' }, world.deps);
    const replayed = () =>
      world.queue.deliveries.flatMap(({ webhook_id, replay, events }) =>
        events.map((event) => [webhook_id, replay, event.type === 'message.create' && event.seq_no]),
      );
    return { ...world, webhookId, replay, replayed };
  }

  it('[W4] queues messages for this webhook and no other, and says how far it came', async () => {
    const { replay, replayed, webhookId } = await withMessages(5);
    expect(await replay(2, 4)).toEqual({ messages: 2, untilSeq: 4 });
    expect(replayed()).toEqual([
      [webhookId, true, 3],
      [webhookId, true, 4],
    ]);
    expect(await replay(0)).toEqual({ messages: 5, untilSeq: 5 });
    expect(await replay(5)).toEqual({ messages: 0, untilSeq: 5 });
    expect(await replay(9, 3)).toEqual({ messages: 0, untilSeq: 9 });
  });

  it('[W4] leaves out what was before the time of who asks', async () => {
    const { replay, replayed, conversations, members } = await withMessages(4);
    const conversation = await conversations.get(team);
    if (!conversation) throw new Error('it is there');
    conversations.put(
      conversation,
      members.map((member) => (member.userId === cleo ? { ...member, fromSeq: 3 } : member)),
    );
    expect(await replay(0, undefined, cleo)).toEqual({ messages: 1, untilSeq: 4 });
    expect(replayed().map(([, , seq]) => seq)).toEqual([4]);
  });

  it('[W4] stops at its limit', async () => {
    const { replay, replayed } = await withMessages(limits.webhookReplayMax + 20);
    expect(await replay(10)).toEqual({
      messages: limits.webhookReplayMax,
      untilSeq: limits.webhookReplayMax + 10,
    });
    expect(replayed().map(([, , seq]) => seq)).toEqual(
      Array.from({ length: limits.webhookReplayMax }, (_, index) => index + 11),
    );
  });
});
