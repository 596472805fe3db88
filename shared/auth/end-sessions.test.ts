import { describe, expect, it } from 'vitest';
import { anIdentity, anna, aSession, ben, movableClock, sessionId } from '../../test/support/builders.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import type { AccountEventBody } from '../account-events/account-events.ts';
import { AppError } from '../errors.ts';
import { endOneSession, endOtherSessions, endSessions } from './end-sessions.ts';

const [one, two, three] = ['one', 'two', 'three'].map(sessionId) as [string, string, string];

/** Anna has three sessions, Ben one of the same name as her first. */
async function setup() {
  const store = inMemorySessionStore(movableClock());
  for (const id of [one, two, three]) await store.add(aSession({ sessionId: id }));
  const published: AccountEventBody[] = [];
  const story: string[] = [];
  const events = {
    async publish(event: AccountEventBody) {
      published.push(event);
      story.push('published');
    },
  };
  const sessions = {
    ...store,
    async end(userId: string, sessionIds: readonly string[]) {
      story.push('ended');
      await store.end(userId, sessionIds);
    },
  };
  const living = async () => (await store.list(anna)).map((session) => session.sessionId).sort();
  return { sessions, events, published, story, living };
}

const ended = (...session_ids: string[]) => [{ name: 'sessions.ended', user_id: anna, session_ids }];

describe('endSessions', () => {
  it('[P8] publishes the intent first, then ends them', async () => {
    const deps = await setup();
    await endSessions(anna, [one, three], deps);
    expect(deps.story).toEqual(['published', 'ended']);
    expect(deps.published).toEqual(ended(one, three));
    expect(await deps.living()).toEqual([two]);
  });

  it('may be repeated', async () => {
    const deps = await setup();
    await endSessions(anna, [one], deps);
    await endSessions(anna, [one], deps);
    expect(deps.published).toEqual([...ended(one), ...ended(one)]);
    expect(await deps.living()).toEqual([three, two]);
  });

  it('ends nothing whose sockets would not hear of it', async () => {
    const deps = await setup();
    const events = { publish: () => Promise.reject(new AppError('unavailable')) };
    await expect(endSessions(anna, [one], { ...deps, events })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await deps.living()).toEqual([one, three, two]);
  });

  it('publishes nothing where nothing ends', async () => {
    const deps = await setup();
    await endSessions(anna, [], deps);
    expect(deps.story).toEqual([]);
  });
});

describe('ending one of the own sessions', () => {
  it('[I8] ends it, and the present one too if that is asked for (ASVS 7.5.2)', async () => {
    const deps = await setup();
    await endOneSession(anIdentity(), two, deps);
    await endOneSession(anIdentity(), one, deps);
    expect(await deps.living()).toEqual([three]);
  });

  it.each(['', 'x', 's_UNKNOWN', '../x', '__proto__'])('[A2] does not find %j', async (id) => {
    const deps = await setup();
    await expect(endOneSession(anIdentity(), id, deps)).rejects.toMatchObject({ code: 'session.not_found' });
    expect(deps.story).toEqual([]);
  });

  it('[A2] does not find one that is over, or another person’s', async () => {
    const deps = await setup();
    const ofBen = sessionId('ofben');
    await deps.sessions.add(aSession({ userId: ben, sessionId: ofBen }));
    await endOneSession(anIdentity(), two, deps);
    for (const id of [two, ofBen]) {
      await expect(endOneSession(anIdentity(), id, deps)).rejects.toMatchObject({
        code: 'session.not_found',
      });
    }
    expect(deps.published).toEqual(ended(two));
    expect(await deps.sessions.isLive({ userId: ben, sessionId: ofBen })).toBe(true);
  });
});

describe('ending the other sessions', () => {
  it('[I8] ends all but the one that asks (ASVS 7.4.3)', async () => {
    const deps = await setup();
    await deps.sessions.add(aSession({ userId: ben, sessionId: sessionId('ofben') }));
    await endOtherSessions(anIdentity(), deps);
    expect(await deps.living()).toEqual([one]);
    expect(await deps.sessions.list(ben)).toHaveLength(1);
    await endOtherSessions(anIdentity(), deps);
    expect(deps.published).toHaveLength(1);
  });
});
