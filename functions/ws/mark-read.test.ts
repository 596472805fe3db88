import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { signUp } from '../../test/support/in-memory-aws.ts';
import { frameWorld } from '../../test/support/in-memory-frames.ts';

const database = testDatabase();
const world = frameWorld(database, { mark: () => import('./mark-read.ts') });

const frame = (action: string, seq_no: unknown) => ({ action, convo_id: world.people.team, seq_no });
const anna = () => ({ convo_id: world.people.team, user_id: world.people.anna.userId });

describe('message.delivered', () => {
  it('[U5] tells everybody in the conversation how far the messages have got', async () => {
    const event = { type: 'message.delivery', ...anna(), seq_no: 2 };
    const told = await world.send('mark', frame('message.delivered', 2));
    expect(told).toHaveLength(2);
    expect(Object.fromEntries(told)).toEqual({ 'anna-1': event, 'ben-1': event });
  });

  it('[U5] answers a mark that is behind to its own connection alone', async () => {
    expect(await world.send('mark', frame('message.delivered', 1))).toEqual([
      ['anna-1', { type: 'message.delivery', ...anna(), seq_no: 2 }],
    ]);
  });

  it('[U5] costs one write beside the gate, and none where the mark is known to be there', async () => {
    const sent = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');
    await world.send('mark', frame('message.delivered', 3));
    await world.send('mark', frame('message.delivered', 3));
    const writes = sent.mock.calls.filter(([command]) => command instanceof UpdateCommand);
    sent.mockRestore();
    // Two for the gate, one for the mark.
    expect(writes).toHaveLength(3);
  });
});

describe('message.unread', () => {
  it("[U6] tells the reader's own devices, and nobody else", async () => {
    await world.send('mark', frame('message.read', 3));
    world.gateway.resetHistory();
    expect(await world.send('mark', frame('message.unread', 1))).toEqual([
      ['anna-1', { type: 'message.unread', ...anna(), seq_no: 1 }],
    ]);
  });

  it('[U6] is ended by reading again, which nobody else hears of', async () => {
    expect(await world.send('mark', frame('message.read', 2))).toEqual([
      ['anna-1', { type: 'message.read', ...anna(), seq_no: 3 }],
    ]);
  });
});

describe.each([
  ['message.delivered', 'message.read'],
  ['message.unread', 'message.delivered'],
])('%s', (action, other) => {
  it('[U3] refuses a number beyond the last message', async () => {
    expect(await world.refusal('mark', frame(action, 4))).toMatchObject({
      code: 'message.seq_out_of_range',
      convo_id: world.people.team,
    });
  });

  it.each([-1, 1.5, '1', null, 2 ** 60, undefined])('refuses %j for a number', async (seq) => {
    expect(await world.refusal('mark', frame(action, seq))).toMatchObject({ code: 'frame.invalid' });
  });

  it('[A2] refuses a foreign conversation', async () => {
    expect(await world.refusal('mark', frame(action, 1), { identity: world.people.eve })).toMatchObject({
      code: 'conversation.not_found',
    });
  });

  it('[P8] refuses a session that has ended', async () => {
    const identity = { ...world.people.anna, sessionId: 's_x' };
    expect(await world.refusal('mark', frame(action, 1), { identity })).toMatchObject({
      code: 'auth.session_ended',
    });
  });

  it('[S6] says when to come back to who asks too much', async () => {
    const carl = await signUp(database(), action.replace('message.', ''));
    const call = { connectionId: 'carl-1', identity: carl };
    const burst = Array.from({ length: 100 }, () => world.send('mark', frame(action, 1), call));
    await Promise.all(burst);
    const limited = world.pushed().find(([, one]) => one.type === 'error' && one.code === 'rate_limited');
    expect(limited).toMatchObject(['carl-1', { retry_after_ms: expect.any(Number) }]);
    world.gateway.resetHistory();
    // Nobody is kept from reading by what their devices receive.
    expect(await world.refusal('mark', frame(other, 1), call)).toMatchObject({
      code: 'conversation.not_found',
    });
  });
});
