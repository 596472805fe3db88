import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { convoId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { signUp } from '../../test/support/in-memory-aws.ts';
import { frameWorld } from '../../test/support/in-memory-frames.ts';

const database = testDatabase();
const world = frameWorld(database, {
  read: () => import('./mark-read.ts'),
  sync: () => import('./sync.ts'),
  ping: () => import('./ping.ts'),
  reject: () => import('./reject-frame.ts'),
});

describe('message.read', () => {
  const read = (seq_no: unknown) => ({ action: 'message.read', convo_id: world.people.team, seq_no });

  it('[U4] tells everybody in the conversation how far somebody has read', async () => {
    const event = {
      type: 'message.read',
      convo_id: world.people.team,
      user_id: world.people.anna.userId,
      seq_no: 2,
    };
    const told = await world.send('read', read(2));
    expect(told).toHaveLength(2);
    expect(Object.fromEntries(told)).toEqual({ 'anna-1': event, 'ben-1': event });
  });

  it('[U1] answers a mark that is behind to the reader alone', async () => {
    expect(await world.send('read', read(1))).toMatchObject([
      ['anna-1', { type: 'message.read', seq_no: 2 }],
    ]);
  });

  it('[U3] refuses a mark behind the last message', async () => {
    expect(await world.refusal('read', read(4))).toMatchObject({
      code: 'message.seq_out_of_range',
      convo_id: world.people.team,
    });
  });

  it.each([-1, 1.5, '1', null, 2 ** 60, undefined])('refuses %j for a number', async (seq) => {
    expect(await world.refusal('read', read(seq))).toMatchObject({ code: 'frame.invalid' });
  });

  it('[A2] refuses a foreign conversation', async () => {
    expect(await world.refusal('read', read(1), { identity: world.people.eve })).toMatchObject({
      code: 'conversation.not_found',
    });
  });
});

describe('sync', () => {
  it('[Y1] answers with what was missed, in one frame, on the asking connection alone', async () => {
    const frames = await world.send('sync', { action: 'sync', cursors: { [world.people.team]: 1 } });
    expect(frames).toMatchObject([
      [
        'anna-1',
        {
          type: 'batch',
          events: [
            { type: 'message.create', seq_no: 2 },
            { type: 'message.create', seq_no: 3 },
            {
              type: 'synced',
              conversations: [{ convo_id: world.people.team, seq_no: 3, sent_seq: 3, limited: false }],
            },
          ],
        },
      ],
    ]);
  });

  it('[Y5] takes a cursor with a change number, and says how far the changes go', async () => {
    const cursors = { [world.people.team]: { seq_no: 3, rev: 0 } };
    expect(await world.send('sync', { action: 'sync', cursors })).toMatchObject([
      ['anna-1', { type: 'synced', conversations: [{ sent_seq: 3, rev: 0, sent_rev: 0, limited: false }] }],
    ]);
  });

  it('[Y1] begins with everything when no cursor is named', async () => {
    const [[, frame] = []] = await world.send('sync', { action: 'sync' });
    expect(frame).toMatchObject({
      events: [{ type: 'conversation.update' }, {}, {}, {}, { type: 'synced' }],
    });
  });

  it.each([
    { cursors: [] },
    { cursors: { '../x': 1 } },
    { cursors: { [convoId('a')]: -1 } },
    { cursors: { [convoId('a')]: '1' } },
    { cursors: { [convoId('a')]: { seq_no: 1 } } },
    { cursors: { [convoId('a')]: { rev: 1 } } },
    { cursors: { [convoId('a')]: { seq_no: 1, rev: -1 } } },
    { cursors: { [convoId('a')]: { seq_no: 1.5, rev: 1 } } },
    { cursors: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [convoId(`n${i}x`), 1])) },
  ])('refuses %.60j', async (more) => {
    expect(await world.refusal('sync', { action: 'sync', ...more })).toMatchObject({
      code: 'frame.invalid',
      detail: expect.stringContaining('cursors'),
    });
  });

  it('[S6] says when to come back to who asks too much', async () => {
    const carl = await signUp(database(), 'carl');
    let frame: unknown;
    for (let calls = 0; !frame && calls < 60; calls += 1) {
      world.gateway.resetHistory();
      const call = { connectionId: 'carl-1', identity: carl };
      await Promise.all(Array.from({ length: 10 }, () => world.send('sync', { action: 'sync' }, call)));
      frame = world.pushed().find(([, one]) => one.type === 'error')?.[1];
    }
    expect(frame).toMatchObject({ code: 'rate_limited', retry_after_ms: expect.any(Number) });
  });
});

describe('ping', () => {
  it('[P8] proves that connection and session live', async () => {
    expect(await world.send('ping', { action: 'ping' })).toMatchObject([['anna-1', { type: 'pong' }]]);
    world.gateway.resetHistory();
    expect(
      await world.refusal(
        'ping',
        { action: 'ping' },
        { identity: { ...world.people.anna, sessionId: 's_x' } },
      ),
    ).toMatchObject({
      code: 'auth.session_ended',
    });
  });
});

describe('every other frame', () => {
  it.each([
    [
      'an action that there is not',
      '{"action":"message.destroy","client_msg_id":"m-1"}',
      'frame.unknown_action',
    ],
    ['no action', '{}', 'frame.unknown_action'],
    ['an action that is no text', '{"action":{"a":1}}', 'frame.unknown_action'],
    ['no JSON', 'hello', 'frame.not_json'],
    ['nothing', '', 'frame.not_json'],
  ])('is answered with an error: %s', async (_, body, code) => {
    expect((await world.refusal('reject', body)).code).toBe(code);
  });

  it('is told which actions there are', async () => {
    const { detail } = await world.refusal('reject', '{"action":"x"}');
    expect(detail).toBe(
      'action: one of message.send, message.edit, message.delete, reaction.add, reaction.remove, message.pin, ' +
        'message.unpin, message.read, message.delivered, message.unread, thread.read, threads.read, ' +
        'presence.subscribe, presence.unsubscribe, presence.set, typing.start, typing.stop, sync, ping',
    );
  });

  it('is refused without a look at the database', async () => {
    const dynamo = mockClient(DynamoDBDocumentClient);
    await world.refusal('reject', '{"action":"x"}', { identity: null });
    expect(dynamo.calls()).toHaveLength(0);
    dynamo.restore();
  });
});
