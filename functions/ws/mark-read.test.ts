import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { dynamoPrivacyCopy } from '../../shared/connections/dynamo-privacy-copy.ts';
import { dynamoUserStore } from '../../shared/users/dynamo-user-store.ts';
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

describe('thread.read and threads.read', () => {
  const mark = (thread_seq: number) => ({
    action: 'thread.read',
    convo_id: world.people.team,
    thread: 1,
    thread_seq,
  });

  it('[H5] are told to the own devices, and to nobody else', async () => {
    const told = await world.send('mark', frame('threads.read', 2));
    expect(told).toEqual([['anna-1', { type: 'threads.read', ...anna(), seq_no: 2 }]]);
  });

  it('[H5] answer a mark that is there already to its own connection', async () => {
    world.gateway.resetHistory();
    expect(await world.send('mark', frame('threads.read', 1))).toEqual([
      ['anna-1', { type: 'threads.read', ...anna(), seq_no: 2 }],
    ]);
    world.gateway.resetHistory();
    expect(await world.send('mark', mark(0))).toEqual([
      ['anna-1', { type: 'thread.read', ...anna(), thread: 1, thread_seq: 0 }],
    ]);
  });

  it('[H5][U3] refuse what there is not, and a foreign conversation', async () => {
    const refusal = async (one: object, identity = world.people.anna) => {
      world.gateway.resetHistory();
      return (await world.refusal('mark', one, { identity })).code;
    };
    expect(await refusal(mark(1))).toBe('message.seq_out_of_range');
    expect(await refusal(frame('threads.read', 4))).toBe('message.seq_out_of_range');
    expect(await refusal({ ...mark(0), thread: 9 })).toBe('message.not_found');
    expect(await refusal(mark(0), world.people.eve)).toBe('conversation.not_found');
    expect(await refusal(frame('threads.read', 1), world.people.eve)).toBe('conversation.not_found');
  });

  it.each([-1, 1.5, '1', null, undefined])('refuse %j for a number', async (seq) => {
    const invalid = { code: 'frame.invalid' };
    expect(await world.refusal('mark', frame('threads.read', seq))).toMatchObject(invalid);
    world.gateway.resetHistory();
    expect(await world.refusal('mark', { ...mark(0), thread_seq: seq })).toMatchObject(invalid);
  });
});

describe('receipts that somebody keeps to themselves', () => {
  it('[U9] are told to their own devices, and others’ are not told to them', async () => {
    const { client, tables } = database();
    const { anna, ben, team } = world.people;
    const users = dynamoUserStore(client, tables.usersTable);
    const profile = await users.get(ben.userId);
    if (!profile) throw new Error('Ben is there');
    const hides = ['read_receipts'] as const;
    await users.update(profile, { ...profile, hides });
    const copy = dynamoPrivacyCopy(client, tables.connectionsTable);
    await copy.setHides(ben.userId, hides);

    const from = { connectionId: 'ben-1', identity: ben };
    // Ben has sent the third, and so read it.
    expect(await world.send('mark', frame('message.read', 1), from)).toEqual([
      ['ben-1', { type: 'message.read', convo_id: team, user_id: ben.userId, seq_no: 3 }],
    ]);
    world.gateway.resetHistory();
    expect(await world.send('mark', frame('message.read', 1))).toEqual([
      ['anna-1', { type: 'message.read', convo_id: team, user_id: anna.userId, seq_no: 1 }],
    ]);
    const { hides: _, ...open } = profile;
    await users.update({ ...profile, hides }, open);
    await copy.setHides(ben.userId, []);
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
