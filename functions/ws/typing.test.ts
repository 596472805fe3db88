import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { signUp } from '../../test/support/in-memory-aws.ts';
import { frameWorld } from '../../test/support/in-memory-frames.ts';

const database = testDatabase();
const world = frameWorld(database, { typing: () => import('./typing.ts') });

const asBen = () => ({ connectionId: 'ben-1', identity: world.people.ben });
const frame = (action: string) => ({ action, convo_id: world.people.team });

describe('typing', () => {
  it('[T1] tells the other members that somebody began, and for how long to believe it', async () => {
    expect(await world.send('typing', frame('typing.start'))).toEqual([
      [
        'ben-1',
        {
          type: 'typing.start',
          convo_id: world.people.team,
          user_id: world.people.anna.userId,
          expires_in_ms: 6_000,
        },
      ],
    ]);
  });

  it('[T1] tells them that somebody stopped', async () => {
    expect(await world.send('typing', frame('typing.stop'))).toEqual([
      ['ben-1', { type: 'typing.stop', convo_id: world.people.team, user_id: world.people.anna.userId }],
    ]);
  });

  it('[T1] writes nothing but what limits it', async () => {
    const sent = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');
    await world.send('typing', frame('typing.start'), asBen());
    const commands = sent.mock.calls.map(([command]) => command.constructor.name);
    sent.mockRestore();
    expect(commands.toSorted()).toEqual([
      'BatchGetCommand',
      // The membership, the conversation, the profile.
      'GetCommand',
      'GetCommand',
      'GetCommand',
      'UpdateCommand',
      'UpdateCommand',
    ]);
  });

  it('[T2] says when to come back to who types too fast, and tells the others nothing more', async () => {
    const start = () => world.send('typing', frame('typing.start'), asBen());
    await Promise.all(Array.from({ length: 30 }, start));
    const toBen = world.pushed().filter(([connectionId]) => connectionId === 'ben-1');
    expect(toBen.length).toBeGreaterThan(0);
    for (const [, event] of toBen)
      expect(event).toMatchObject({ code: 'rate_limited', retry_after_ms: expect.any(Number) });
    expect(world.pushed().filter(([connectionId]) => connectionId === 'anna-1')).toHaveLength(
      30 - toBen.length,
    );
  });

  it.each([
    ['no conversation', { action: 'typing.start' }],
    ['what is no conversation id', { action: 'typing.start', convo_id: '../x' }],
  ])('refuses %s', async (_, invalid) => {
    expect(await world.refusal('typing', invalid)).toMatchObject({ code: 'frame.invalid' });
  });

  it('[A2] refuses a foreign conversation', async () => {
    expect(
      await world.refusal('typing', frame('typing.start'), { identity: world.people.eve }),
    ).toMatchObject({ code: 'conversation.not_found' });
  });

  it('[P8] refuses a session that has ended', async () => {
    const dora = await signUp(database(), 'dora');
    expect(
      await world.refusal('typing', frame('typing.stop'), { identity: { ...dora, sessionId: 's_x' } }),
    ).toMatchObject({ code: 'auth.session_ended' });
  });

  it('[T2] passes two starts at once on, then one every 3 seconds, and a stop whenever it comes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    onTestFinished(() => void vi.useRealTimers());
    const answerTo = async (action: string) => (await world.send('typing', frame(action))).at(-1)?.[1];

    expect(await answerTo('typing.start')).toMatchObject({ type: 'typing.start' });
    expect(await answerTo('typing.start')).toMatchObject({ type: 'typing.start' });
    expect(await answerTo('typing.start')).toMatchObject({ code: 'rate_limited', retry_after_ms: 3_000 });
    expect(await answerTo('typing.stop')).toMatchObject({ type: 'typing.stop' });
    vi.advanceTimersByTime(3_000);
    expect(await answerTo('typing.start')).toMatchObject({ type: 'typing.start' });
  });
});
