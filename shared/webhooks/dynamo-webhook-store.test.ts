import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  ben,
  convoId,
  instantBackoff,
  membershipsOf,
  startMs,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryWebhookStore } from '../../test/support/in-memory-webhooks.ts';
import { dynamoConversationStore } from '../conversations/dynamo-conversation-store.ts';
import { limits } from '../limits.ts';
import { dynamoWebhookStore } from './dynamo-webhook-store.ts';
import type { Attempt, Webhook } from './webhook.ts';

const database = testDatabase();

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB() {
    const { client, tables } = database();
    const deps = { client, ...tables, backoff: instantBackoff() };
    return { conversations: dynamoConversationStore(deps), webhooks: dynamoWebhookStore(deps) };
  },
  'the in-memory stand-in'() {
    const conversations = inMemoryConversationStore();
    return { conversations, webhooks: inMemoryWebhookStore(conversations) };
  },
};

const at = (seconds: number) => new Date(startMs + seconds * 1_000).toISOString();

const anAttempt = (attempt: Partial<Attempt> = {}): Attempt => ({
  deliveryId: 'wd_1',
  attemptedAt: at(0),
  attempt: 1,
  status: 200,
  error: null,
  durationMs: 12,
  ...attempt,
});

describe.each(Object.entries(stores))('the webhook store on %s', (_, open) => {
  let count = 0;
  async function setup() {
    const store = open();
    count += 1;
    const team = convoId(`n${count}x`);
    const conversation = aConversation({ convoId: team });
    await store.conversations.create(conversation, membershipsOf(conversation, [anna, ben]));
    const aWebhook = (webhookId: string): Webhook => ({
      webhookId,
      convoId: team,
      url: 'https://hooks.example.org/',
      events: ['message.create'],
      createdBy: anna,
      createdAt: at(0),
      state: 'enabled',
      failures: 0,
      sealedSecret: 'sealed',
    });
    const named = async () => [...((await store.conversations.get(team))?.webhookIds ?? [])].sort();
    return { ...store, team, conversation, aWebhook, named };
  }

  it('adds a webhook and names it in its conversation', async () => {
    const { webhooks, team, conversation, aWebhook, named } = await setup();
    expect(await webhooks.add(aWebhook('wh_1'), conversation)).toBe('added');
    expect(await webhooks.add(aWebhook('wh_2'), conversation)).toBe('added');
    expect(await webhooks.get(team, 'wh_1')).toEqual(aWebhook('wh_1'));
    expect(await webhooks.get(team, 'wh_3')).toBeUndefined();
    expect(await webhooks.get(convoId('other'), 'wh_1')).toBeUndefined();
    expect(await webhooks.list(team)).toEqual([aWebhook('wh_1'), aWebhook('wh_2')]);
    expect(await named()).toEqual(['wh_1', 'wh_2']);
  });

  it('changes nothing else of the conversation', async () => {
    const { webhooks, conversations, team, conversation, aWebhook } = await setup();
    const before = await conversations.get(team);
    await webhooks.add(aWebhook('wh_1'), conversation);
    expect(await conversations.get(team)).toEqual({ ...before, webhookIds: ['wh_1'] });
    await webhooks.remove(team, 'wh_1');
    expect(await conversations.get(team)).toEqual(before);
  });

  it('adds nothing to a conversation that is another one by now', async () => {
    const { webhooks, team, conversation, aWebhook, named } = await setup();
    const old = { ...conversation, membersVersion: conversation.membersVersion - 1 };
    expect(await webhooks.add(aWebhook('wh_1'), old)).toBe('stale');
    expect(await webhooks.list(team)).toEqual([]);
    expect(await named()).toEqual([]);
  });

  it('adds as many as there may be, also when they come at once', async () => {
    const { webhooks, conversation, aWebhook, named } = await setup();
    const more = limits.webhooksPerConversationMax + 3;
    const outcomes = await Promise.all(
      Array.from({ length: more }, (_, index) => webhooks.add(aWebhook(`wh_${index}`), conversation)),
    );
    expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(3);
    expect(await named()).toHaveLength(limits.webhooksPerConversationMax);
  });

  it('removes a webhook with all that was kept of it, as often as one likes', async () => {
    const { webhooks, team, conversation, aWebhook, named } = await setup();
    await webhooks.add(aWebhook('wh_1'), conversation);
    await webhooks.noteAttempt(aWebhook('wh_1'), anAttempt());
    await webhooks.remove(team, 'wh_1');
    await webhooks.remove(team, 'wh_1');
    expect(await webhooks.get(team, 'wh_1')).toBeUndefined();
    expect(await webhooks.attempts(team, 'wh_1')).toEqual([]);
    expect(await named()).toEqual([]);
  });

  it('counts failures in a row, and remembers since when', async () => {
    const { webhooks, conversation, aWebhook } = await setup();
    const webhook = aWebhook('wh_1');
    await webhooks.add(webhook, conversation);
    const fail = (seconds: number) =>
      webhooks.noteAttempt(webhook, anAttempt({ status: 500, attemptedAt: at(seconds) }));
    expect(await fail(1)).toEqual({ ...webhook, failures: 1, failingSince: at(1) });
    expect(await fail(2)).toEqual({ ...webhook, failures: 2, failingSince: at(1) });
    expect(await webhooks.noteAttempt(webhook, anAttempt())).toEqual(webhook);
    expect(await fail(3)).toEqual({ ...webhook, failures: 1, failingSince: at(3) });
  });

  it('disables one only if it still fails, and enabling forgets the failures', async () => {
    const { webhooks, team, conversation, aWebhook } = await setup();
    const webhook = aWebhook('wh_1');
    await webhooks.add(webhook, conversation);
    await webhooks.noteAttempt(webhook, anAttempt({ status: null, error: 'timeout' }));
    expect(await webhooks.disable(team, 'wh_1', 2)).toBe(false);
    expect(await webhooks.disable(team, 'wh_1', 1)).toBe(true);
    expect(await webhooks.disable(team, 'wh_1', 1)).toBe(false);
    expect(await webhooks.get(team, 'wh_1')).toMatchObject({ state: 'disabled', failures: 1 });
    expect(await webhooks.enable(team, 'wh_1')).toEqual(webhook);
    expect(await webhooks.enable(team, 'wh_2')).toBeUndefined();
    expect(await webhooks.get(team, 'wh_2')).toBeUndefined();
  });

  it('replaces a secret, or only a certain one', async () => {
    const { webhooks, team, conversation, aWebhook } = await setup();
    await webhooks.add(aWebhook('wh_1'), conversation);
    expect(await webhooks.replaceSecret(team, 'wh_1', 'second')).toBe(true);
    expect(await webhooks.replaceSecret(team, 'wh_1', 'third', 'sealed')).toBe(false);
    expect(await webhooks.replaceSecret(team, 'wh_1', 'third', 'second')).toBe(true);
    expect(await webhooks.replaceSecret(team, 'wh_2', 'x')).toBe(false);
    expect((await webhooks.get(team, 'wh_1'))?.sealedSecret).toBe('third');
  });

  it('keeps the last attempts, the latest first', async () => {
    const { webhooks, team, conversation, aWebhook } = await setup();
    const webhook = aWebhook('wh_1');
    await webhooks.add(webhook, conversation);
    await webhooks.add(aWebhook('wh_10'), conversation);
    const many = limits.webhookAttemptsKept + 5;
    for (let attempt = 1; attempt <= many; attempt += 1)
      await webhooks.noteAttempt(
        webhook,
        anAttempt({ attempt, attemptedAt: at(attempt), status: null, error: 'timeout' }),
      );
    const kept = await webhooks.attempts(team, 'wh_1');
    expect(kept.map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: limits.webhookAttemptsKept }, (_, index) => many - index),
    );
    expect(kept[0]).toEqual(
      anAttempt({ attempt: many, attemptedAt: at(many), status: null, error: 'timeout' }),
    );
    expect(await webhooks.attempts(team, 'wh_10')).toEqual([]);
  });

  it('notes nothing of a webhook that is gone', async () => {
    const { webhooks, team, aWebhook } = await setup();
    expect(await webhooks.noteAttempt(aWebhook('wh_1'), anAttempt())).toBeUndefined();
    expect(await webhooks.get(team, 'wh_1')).toBeUndefined();
    expect(await webhooks.attempts(team, 'wh_1')).toEqual([]);
  });
});
