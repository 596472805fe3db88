import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { signUp } from '../../test/support/in-memory-aws.ts';
import { frameWorld } from '../../test/support/in-memory-frames.ts';

const database = testDatabase();
const world = frameWorld(database, {
  presence: () => import('./presence.ts'),
  ping: () => import('./ping.ts'),
});

const subscribe = (...user_ids: readonly string[]) => ({ action: 'presence.subscribe', user_ids });
const asBen = () => ({ connectionId: 'ben-1', identity: world.people.ben });

/** The AWS commands that a frame costs, sorted. */
async function commandsOf(entry: string, frame: unknown): Promise<string[]> {
  const sent = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');
  await world.send(entry, frame);
  const commands = sent.mock.calls.map(([command]) => command.constructor.name);
  sent.mockRestore();
  return commands.toSorted();
}

describe('presence.subscribe', () => {
  it('[G1] answers in one frame, on the asking connection alone', async () => {
    const { anna, ben } = world.people;
    const [[connectionId, frame] = [], ...more] = await world.send(
      'presence',
      subscribe(ben.userId, anna.userId),
    );
    expect([connectionId, more]).toEqual(['anna-1', []]);
    expect(frame).toMatchObject({
      type: 'batch',
      events: [
        { type: 'presence.update', user_id: ben.userId, status: 'offline' },
        { type: 'presence.update', user_id: anna.userId, availability: 'auto' },
      ],
    });
  });

  it('[G1] has the connection hear of what somebody sets from then on, until it unsubscribes', async () => {
    const { ben } = world.people;
    const set = (text: string) =>
      world.send('presence', { action: 'presence.set', custom: { text } }, asBen());
    const toldAnna = () => world.pushed().filter(([connectionId]) => connectionId === 'anna-1');
    await set('one');
    expect(toldAnna()).toMatchObject([['anna-1', { user_id: ben.userId, custom: { text: 'one' } }]]);
    await world.send('presence', { action: 'presence.unsubscribe', user_ids: [ben.userId] });
    world.gateway.resetHistory();
    await set('two');
    expect(toldAnna()).toEqual([]);
  });

  it.each([
    { user_ids: [] },
    { user_ids: ['u_'] },
    { user_ids: 'u_' },
    { user_ids: Array.from({ length: 201 }, (_, index) => `u_${String(index).padStart(26, '0')}`) },
    {},
  ])('[G2] refuses %.60j', async (more) => {
    expect(await world.refusal('presence', { action: 'presence.subscribe', ...more })).toMatchObject({
      code: 'frame.invalid',
    });
  });

  it('costs a row for each person, and no look-up that is not needed', async () => {
    const carl = await signUp(database(), 'carl');
    expect(await commandsOf('presence', subscribe(carl.userId))).toEqual([
      // Profiles, presences, blocks.
      'BatchGetCommand',
      'BatchGetCommand',
      'BatchGetCommand',
      'PutCommand',
      // The token and the set.
      'UpdateCommand',
      'UpdateCommand',
    ]);
  });
});

describe('presence.set', () => {
  it('[G4] notes that nobody is at the connection with one write, and tells nobody itself', async () => {
    expect(await commandsOf('presence', { action: 'presence.set', idle: true })).toEqual([
      'UpdateCommand',
      'UpdateCommand',
    ]);
    expect(world.pushed()).toEqual([]);
  });

  it.each([
    { availability: 'online' },
    { idle: 'yes' },
    { custom: { text: 'x'.repeat(101) } },
    { custom: { text: 'x', expires_at: 'tomorrow' } },
    { custom: { text: 'x', emoji: 'train' } },
  ])('[G5] refuses %.60j', async (more) => {
    expect(await world.refusal('presence', { action: 'presence.set', ...more })).toMatchObject({
      code: 'frame.invalid',
    });
  });

  it('[G5] is for whoever has a session', async () => {
    const identity = { ...world.people.anna, sessionId: 's_x' };
    const frame = { action: 'presence.set', availability: 'away' };
    expect(await world.refusal('presence', frame, { identity })).toMatchObject({
      code: 'auth.session_ended',
    });
  });
});

describe('ping', () => {
  it('costs half a read more than the gate, and mostly no write: a sign of life is noted once in a while', async () => {
    expect(await commandsOf('ping', { action: 'ping' })).toEqual(['GetCommand', 'UpdateCommand']);
  });
});
