import { describe, expect, it } from 'vitest';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import {
  aConnection,
  aConversation,
  aMessage,
  anIncoming,
  anIncomingChange,
  anna,
  ben,
  cleo,
  movableClock,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryConnectionStore, inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { inMemoryWebhookQueue } from '../../test/support/in-memory-webhooks.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { announceMessages } from './announce-messages.ts';
import type { Settled } from './commit-messages.ts';

async function setup(...connected: readonly (readonly [user: string, connectionId: string])[]) {
  const clock = movableClock();
  const connections = inMemoryConnectionStore(clock);
  const gateway = inMemorySockets();
  const webhooks = inMemoryWebhookQueue();
  for (const [user, connectionId] of connected) await connections.open(aConnection(user, connectionId));
  clock.advance(60_000);
  const announce = (
    settled: Settled[],
    memberIds: readonly string[] = [anna, ben],
    fromSeqs: Readonly<Record<string, number>> = {},
    conversation: Partial<Conversation> = {},
  ) => {
    const members = memberIds.map((userId) => ({ userId, fromSeq: fromSeqs[userId] ?? 0 }));
    const deps = { connections, gateway, webhooks, clock };
    return announceMessages({ settled, members, conversation: aConversation(conversation) }, deps);
  };
  return { connections, gateway, webhooks, announce };
}

const sentFrom = (connection_id: string, more: Partial<MessageAccepted> = {}) =>
  anIncoming({ connection_id, ...more });

const persisted = (seq: number, connection_id: string, sender_id = anna): Settled => ({
  kind: 'persisted',
  incoming: sentFrom(connection_id, { sender_id, client_msg_id: `client-${seq}` }),
  message: aMessage({ seq, senderId: sender_id }),
});

describe('announceMessages', () => {
  it('[S4][R1] acks to the sending connection, with the message itself, in one frame', async () => {
    const { gateway, announce } = await setup([anna, 'a1'], [ben, 'b1']);
    await announce([persisted(1, 'a1')]);
    expect(gateway.frames('a1')).toMatchObject([
      {
        type: 'batch',
        events: [
          { type: 'message.ack', status: 'persisted', client_msg_id: 'client-1', seq_no: 1 },
          {
            type: 'message.create',
            client_msg_id: 'client-1',
            seq_no: 1,
            content: 'text 1',
            sender_id: anna,
          },
        ],
      },
    ]);
  });

  it('[R2] pushes one frame per connection for a whole batch, a lone event as it is', async () => {
    const { gateway, announce } = await setup([anna, 'a1'], [ben, 'b1'], [ben, 'b2']);
    await announce([persisted(1, 'a1')]);
    await announce([persisted(2, 'a1'), persisted(3, 'b1', ben)]);
    expect(gateway.posts.map(({ connectionId }) => connectionId).sort()).toEqual([
      'a1',
      'a1',
      'b1',
      'b1',
      'b2',
      'b2',
    ]);
    expect(gateway.frames('b2')).toMatchObject([
      { type: 'message.create', seq_no: 1 },
      { type: 'batch', events: [{ seq_no: 2 }, { seq_no: 3 }] },
    ]);
  });

  it("gives the sender's other devices the message and no ack", async () => {
    const { gateway, announce } = await setup([anna, 'phone'], [anna, 'laptop']);
    await announce([persisted(1, 'phone')]);
    expect(gateway.events('laptop').map(({ type }) => type)).toEqual(['message.create']);
  });

  it('sends the messages in the order of their numbers, whatever the order of the queue', async () => {
    const { gateway, announce } = await setup([ben, 'b1']);
    await announce([persisted(3, 'a1'), persisted(1, 'a1'), persisted(2, 'a1')]);
    expect(gateway.events('b1')).toMatchObject([{ seq_no: 1 }, { seq_no: 2 }, { seq_no: 3 }]);
  });

  it('tells a duplicate to the sending connection alone', async () => {
    const { gateway, announce } = await setup([anna, 'a1'], [anna, 'a2'], [ben, 'b1']);
    await announce([
      { kind: 'duplicate', incoming: sentFrom('a2'), place: aMessage({ seq: 7, clientMsgId: 'client-1' }) },
    ]);
    expect(gateway.posts).toHaveLength(1);
    expect(gateway.events('a2')).toMatchObject([{ type: 'message.ack', status: 'duplicate', seq_no: 7 }]);
  });

  it('tells a rejection to who sent it, and nothing of the conversation to who is no member', async () => {
    const { gateway, announce } = await setup([stranger, 's1'], [anna, 'a1'], [ben, 'b1']);
    await announce([
      persisted(1, 'a1'),
      {
        kind: 'rejected',
        incoming: sentFrom('s1', { sender_id: stranger, client_msg_id: 'x' }),
        code: 'conversation.not_found',
      },
    ]);
    expect(gateway.frames('s1')).toEqual([
      {
        type: 'message.ack',
        convo_id: expect.any(String),
        client_msg_id: 'x',
        status: 'rejected',
        error: { code: 'conversation.not_found', detail: 'No such conversation' },
      },
    ]);
    expect(gateway.events('b1').map(({ type }) => type)).toEqual(['message.create']);
  });

  it('acks nobody for a message that waits for its predecessor', async () => {
    const { gateway, announce } = await setup([anna, 'a1'], [ben, 'b1']);
    await announce([{ kind: 'early', incoming: sentFrom('a1') }]);
    expect(gateway.posts).toEqual([]);
  });

  it("gives no ack to a connection id that is another person's now", async () => {
    const { gateway, announce } = await setup([ben, 'reused']);
    await announce([persisted(1, 'reused', anna)]);
    expect(gateway.events('reused').map(({ type }) => type)).toEqual(['message.create']);
  });

  describe('with changes', () => {
    const changed = (rev: number, seq: number, effective = true, sender_id = anna): Settled => ({
      kind: 'persisted',
      incoming: anIncomingChange(
        { kind: 'react', seq_no: seq, emoji: '👍' },
        { connection_id: sender_id === anna ? 'a1' : 'b1', sender_id, client_msg_id: `change-${rev}` },
      ),
      message: aMessage({ seq, senderId: ben, rev: 9 }),
      change: { rev, effective },
    });

    it('[M1][M8] acks with the number, and tells everybody the message as it is now', async () => {
      const { gateway, announce } = await setup([anna, 'a1'], [ben, 'b1']);
      await announce([changed(5, 1)]);
      const update = { type: 'message.update', prev_rev: 4, rev: 5, message: { seq_no: 1, rev: 9 } };
      expect(gateway.events('a1')).toMatchObject([
        { type: 'message.ack', status: 'persisted', client_msg_id: 'change-5', seq_no: 1, rev: 5 },
        update,
      ]);
      expect(gateway.events('b1')).toMatchObject([update]);
    });

    it('[M8] tells messages first, then changes in their order, each where the one before ended', async () => {
      const { gateway, announce } = await setup([cleo, 'c1']);
      await announce([changed(7, 1), persisted(4, 'a1'), changed(6, 2), changed(5, 1)], [cleo]);
      expect(gateway.frames('c1')).toMatchObject([
        {
          type: 'batch',
          events: [
            { type: 'message.create', seq_no: 4 },
            { type: 'message.update', prev_rev: 4, rev: 6, message: { seq_no: 2 } },
            { type: 'message.update', prev_rev: 6, rev: 7, message: { seq_no: 1 } },
          ],
        },
      ]);
    });

    it('[M2] makes no news of one without effect', async () => {
      const { gateway, announce } = await setup([anna, 'a1'], [ben, 'b1']);
      await announce([changed(5, 1, false)]);
      expect(gateway.events('a1')).toMatchObject([{ type: 'message.ack', status: 'persisted', rev: 5 }]);
      expect(gateway.posts).toHaveLength(1);
    });

    it('[M1] answers a retry with the number of the first, to that connection alone', async () => {
      const { gateway, announce } = await setup([anna, 'a1'], [ben, 'b1']);
      const { incoming, message } = changed(5, 1) as Settled & { kind: 'persisted' };
      const place = { ...message, clientMsgId: 'change-5' };
      await announce([{ kind: 'duplicate', incoming, place, change: { rev: 5, effective: true } }]);
      expect(gateway.events('a1')).toMatchObject([
        { status: 'duplicate', client_msg_id: 'change-5', rev: 5 },
      ]);
      expect(gateway.posts).toHaveLength(1);
    });
  });

  it('keeps to the members of the commit: who is not among them hears nothing', async () => {
    const { gateway, announce } = await setup([anna, 'a1'], [cleo, 'c1']);
    await announce([persisted(1, 'a1')], [anna, ben]);
    expect(gateway.frames('c1')).toEqual([]);
  });

  it('tells somebody who came late nothing of what was before them', async () => {
    const { gateway, announce } = await setup([ben, 'b1'], [cleo, 'c1']);
    const react = (seq: number, rev: number): Settled => ({
      kind: 'persisted',
      incoming: anIncomingChange({ kind: 'react', seq_no: seq, emoji: '👍' }, { client_msg_id: `r${rev}` }),
      message: aMessage({ seq, rev }),
      change: { rev, effective: true },
    });
    await announce([react(1, 4), react(3, 5)], [ben, cleo], { [cleo]: 2 });
    const told = (connectionId: string) =>
      gateway
        .events(connectionId)
        .map((event) => (event.type === 'message.update' ? event.message.seq_no : event.type));
    expect(told('b1')).toEqual([1, 3]);
    expect(told('c1')).toEqual([3]);
  });

  it('forgets exactly the connection that is gone', async () => {
    const { gateway, connections, announce } = await setup([ben, 'gone'], [ben, 'alive'], [anna, 'a1']);
    gateway.break('gone', 'gone');
    expect(await announce([persisted(1, 'a1')])).toEqual({ frames: 2, gone: 1, failed: 0 });
    expect((await connections.ofUsers([anna, ben])).map(({ connectionId }) => connectionId).sort()).toEqual([
      'a1',
      'alive',
    ]);
  });

  it('counts a push that failed, and keeps its connection', async () => {
    const { gateway, connections, announce } = await setup([ben, 'b1'], [anna, 'a1']);
    gateway.break('b1', 'failed');
    expect(await announce([persisted(1, 'a1')])).toEqual({ frames: 1, gone: 0, failed: 1 });
    expect(await connections.ofUsers([ben])).toHaveLength(1);
  });

  it('splits what is too large for one frame, and loses nothing', async () => {
    const { gateway, announce } = await setup([ben, 'b1']);
    const long = 'ä'.repeat(8_000);
    const settled = Array.from(
      { length: 10 },
      (_, index): Settled => ({
        kind: 'persisted',
        incoming: sentFrom('a1'),
        message: aMessage({ seq: index + 1, content: long }),
      }),
    );
    await announce(settled);
    expect(gateway.posts.length).toBeGreaterThan(1);
    for (const { frame } of gateway.posts) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(128 * 1024);
    expect(gateway.events('b1').map((event) => 'seq_no' in event && event.seq_no)).toEqual(
      settled.map((_, index) => index + 1),
    );
  });

  describe('to webhooks', () => {
    const withWebhooks = { webhookIds: ['wh_1'] };

    it('[W1] is told the same as to members, and nothing without any', async () => {
      const { webhooks, gateway, announce } = await setup([ben, 'b1']);
      await announce([persisted(1, 'a1'), persisted(2, 'a1')]);
      expect(webhooks.deliveries).toEqual([]);
      await announce([persisted(3, 'a1')], [anna, ben], {}, withWebhooks);
      expect(webhooks.deliveries).toMatchObject([
        { webhook_id: 'wh_1', events: [gateway.events('b1').at(-1)] },
      ]);
    });

    it('[W1] is told nothing of what is no news', async () => {
      const { webhooks, announce } = await setup([anna, 'a1']);
      const rejected = { kind: 'rejected', incoming: sentFrom('a1'), code: 'message.not_found' } as const;
      await announce([rejected], [anna, ben], {}, withWebhooks);
      expect(webhooks.deliveries).toEqual([]);
    });

    it('[W1] is a failure when it cannot be queued, and the same deliveries when it is told again', async () => {
      const { webhooks, gateway, announce } = await setup([ben, 'b1']);
      const again = () => announce([persisted(1, 'a1')], [anna, ben], {}, withWebhooks);
      webhooks.fail(1);
      await expect(again()).rejects.toThrow('the queue does not answer');
      expect(gateway.events('b1')).toHaveLength(1);
      await again();
      await again();
      const ids = webhooks.deliveries.map(({ delivery_id }) => delivery_id);
      expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    });
  });
});
