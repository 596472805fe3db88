import { describe, expect, it } from 'vitest';
import { aConnection, anna, aSession, ben, movableClock, sessionId } from '../../test/support/builders.ts';
import { type DyingProcess, dyingAfter } from '../../test/support/dying-process.ts';
import { inMemoryConnectionStore, inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import type { AccountEventBody } from '../account-events/account-events.ts';
import { closeSessions } from './close-sessions.ts';
import { endSessions } from './end-sessions.ts';

const [lost, kept] = [sessionId('lost'), sessionId('kept')];

/** Anna has two sessions with two sockets each, Ben has one. Anna's session `lost` is the one that ends. */
async function setup() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  const connections = inMemoryConnectionStore(clock);
  const gateway = inMemorySockets();
  const open = (userId: string, session: string, connectionId: string) =>
    connections.open({ ...aConnection(userId, connectionId), sessionId: session });
  for (const id of [lost, kept]) await sessions.add(aSession({ sessionId: id }));
  await sessions.add(aSession({ userId: ben, sessionId: sessionId('ofben') }));
  for (const id of ['lost-1', 'lost-2']) await open(anna, lost, id);
  for (const id of ['kept-1', 'kept-2']) await open(anna, kept, id);
  await open(ben, sessionId('ofben'), 'of-ben');
  const reachable = async () =>
    (await connections.ofUsers([anna, ben])).map(({ connectionId }) => connectionId).sort();
  return { sessions, connections, gateway, open, reachable };
}
type World = Awaited<ReturnType<typeof setup>>;

const over = { userId: anna, sessionIds: [lost] };
const others = ['kept-1', 'kept-2', 'of-ben'];

/** What must be true in the end, whatever happened on the way. */
async function expectOver(world: World) {
  expect(await world.sessions.isLive({ userId: anna, sessionId: lost })).toBe(false);
  expect(await world.sessions.isLive({ userId: anna, sessionId: kept })).toBe(true);
  expect([...new Set(world.gateway.ended)].sort()).toEqual(['lost-1', 'lost-2']);
  for (const id of ['lost-1', 'lost-2']) {
    expect(world.gateway.events(id)).toContainEqual({ type: 'session.ended' });
    expect(await world.connections.identify(id)).toBeUndefined();
  }
  expect((await world.connections.allOf(anna)).map(({ connectionId }) => connectionId).sort()).toEqual([
    'kept-1',
    'kept-2',
  ]);
  for (const id of others) expect(world.gateway.events(id)).toEqual([]);
}

describe('closeSessions', () => {
  it('[P8] tells and closes the sockets of the ended session, and no others', async () => {
    const world = await setup();
    await closeSessions(over, world);
    await expectOver(world);
    expect(world.gateway.events('lost-1')).toEqual([{ type: 'session.ended' }]);
    expect(await world.reachable()).toEqual(others);
  });

  it('[P8] pushes nothing more to any of them before it tells the first', async () => {
    const world = await setup();
    const heard: string[][] = [];
    const gateway = {
      ...world.gateway,
      async post(connectionId: string, frame: string) {
        heard.push(await world.reachable());
        return await world.gateway.post(connectionId, frame);
      },
    };
    await closeSessions(over, { ...world, gateway });
    expect(heard).toEqual([others, others]);
  });

  it('may come twice, and after the sockets are gone', async () => {
    const world = await setup();
    await closeSessions(over, world);
    await closeSessions(over, world);
    await expectOver(world);
    expect(world.gateway.ended).toHaveLength(2);
  });

  it('makes up for an event that was lost: it closes whatever has no session', async () => {
    const world = await setup();
    await world.sessions.end(anna, [lost]);
    await closeSessions({ userId: anna, sessionIds: [sessionId('another')] }, world);
    await expectOver(world);
  });

  it('has nothing to do for somebody who is not connected', async () => {
    const world = await setup();
    await closeSessions({ userId: 'u_NOBODY', sessionIds: [sessionId('x')] }, world);
    expect(await world.reachable()).toEqual([...others, 'lost-1', 'lost-2'].sort());
  });

  it('closes a socket that is gone as well', async () => {
    const world = await setup();
    world.gateway.break('lost-1', 'gone');
    await closeSessions(over, world);
    expect(await world.connections.identify('lost-1')).toBeUndefined();
  });

  it('[P8] pushes nothing to a socket that it could not close, and tries again', async () => {
    const world = await setup();
    world.gateway.break('lost-1', 'failed');
    await expect(closeSessions(over, world)).rejects.toThrow('1 sockets');
    expect(await world.reachable()).toEqual(others);
    expect(world.gateway.ended).toEqual(['lost-2']);
    expect((await world.connections.allOf(anna)).map(({ connectionId }) => connectionId)).toContain('lost-1');
    world.gateway.mend('lost-1');
    await closeSessions(over, world);
    await expectOver(world);
  });
});

describe('[P8] a process that dies', () => {
  /** Runs it with every place to die, until one run comes to its end; answers how many places there are. */
  async function everyPlace(run: (calls: number) => Promise<DyingProcess<unknown>>): Promise<number> {
    for (let calls = 0; calls < 100; calls += 1) {
      const { died } = await run(calls);
      if (!died()) return calls;
    }
    throw new Error('it never came to its end');
  }

  it('while it closes leaves what the next delivery closes', async () => {
    const places = await everyPlace(async (calls) => {
      const world = await setup();
      const { sessions, connections, gateway } = world;
      const dying = dyingAfter(calls, { sessions, connections, gateway });
      await closeSessions(over, dying.deps).catch(() => undefined);
      await closeSessions(over, world);
      await expectOver(world);
      return dying;
    });
    // end, allOf, 2 × isLive, and per socket: retire, post, end, close.
    expect(places).toBe(4 + 2 * 4 + 1);
  });

  it('while it ends a session has either done nothing or said so before: then it is over', async () => {
    const outcomes: string[] = [];
    await everyPlace(async (calls) => {
      const world = await setup();
      const queue: AccountEventBody[] = [];
      const events = { publish: async (event: AccountEventBody) => void queue.push(event) };
      const dying = dyingAfter(calls, { events, sessions: world.sessions });
      await endSessions(anna, [lost], dying.deps).catch(() => undefined);
      for (const event of queue) {
        if (event.name !== 'sessions.ended') throw new Error(event.name);
        await closeSessions({ userId: event.user_id, sessionIds: event.session_ids }, world);
      }
      const untouched = await world.sessions.isLive({ userId: anna, sessionId: lost });
      if (!untouched) await expectOver(world);
      outcomes.push(untouched ? 'nothing happened' : 'over');
      return dying;
    });
    expect(outcomes).toEqual(['nothing happened', 'over', 'over', 'over']);
  });
});
