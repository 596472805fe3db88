import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { aConnection, aMessage, anna, ben, cleo, movableClock } from '../../test/support/builders.ts';
import { inMemoryConnectionStore, inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { limits } from '../limits.ts';
import { messageCreate } from '../messages/message.ts';
import { pushEvents, pushToUsers, type SocketGateway } from './push.ts';

const large: ServerEvent[] = Array.from({ length: 6 }, (_, index) =>
  messageCreate(aMessage({ seq: index + 1, content: '漢'.repeat(8_000) })),
);
const small = large.slice(0, 1);

function setup() {
  const clock = movableClock();
  return { clock, gateway: inMemorySockets(), connections: inMemoryConnectionStore(clock) };
}

describe('pushEvents', () => {
  it('packs a list once, however many connections get it', async () => {
    const { gateway, connections } = setup();
    let stringified = 0;
    const counted = {
      ...messageCreate(aMessage()),
      toJSON() {
        stringified += 1;
        return messageCreate(aMessage());
      },
    };
    const events = [counted];
    const deliveries = [anna, ben, cleo].map((user) => ({ connection: aConnection(user), events }));
    expect(await pushEvents(deliveries, { gateway, connections })).toEqual({ frames: 3, gone: 0, failed: 0 });
    expect(stringified).toBe(1);
  });

  it('sends the frames of a connection one after the other', async () => {
    const { gateway, connections } = setup();
    await pushEvents([{ connection: aConnection(anna, 'a1'), events: large }], { gateway, connections });
    expect(gateway.posts).toHaveLength(2);
    expect(gateway.events('a1')).toEqual(large);
  });

  it('stops with a connection at its first failure, so that a later frame does not hide a lost one', async () => {
    const { gateway, connections } = setup();
    gateway.break('a1', 'failed');
    const summary = await pushEvents([{ connection: aConnection(anna, 'a1'), events: large }], {
      gateway,
      connections,
    });
    expect(gateway.posts).toHaveLength(1);
    expect(summary).toEqual({ frames: 0, gone: 0, failed: 1 });
  });

  it('forgets a connection that is gone, and no other', async () => {
    const { clock, gateway, connections } = setup();
    for (const id of ['a1', 'a2']) await connections.open(aConnection(anna, id));
    clock.advance(60_000);
    gateway.break('a1', 'gone');
    const deliveries = ['a1', 'a2'].map((id) => ({ connection: aConnection(anna, id), events: small }));
    expect(await pushEvents(deliveries, { gateway, connections })).toEqual({ frames: 1, gone: 1, failed: 0 });
    expect(await connections.ofUsers([anna])).toEqual([aConnection(anna, 'a2')]);
  });

  it('reaches everybody else also when a connection that is gone could not be forgotten', async () => {
    const { gateway } = setup();
    gateway.break('a1', 'gone');
    const connections = { forget: () => Promise.reject(new Error('throttled')) };
    const deliveries = ['a1', 'a2'].map((id) => ({ connection: aConnection(anna, id), events: small }));
    expect(await pushEvents(deliveries, { gateway, connections })).toEqual({ frames: 1, gone: 1, failed: 0 });
  });

  it('pushes to fifty connections at a time, not to all of a large room at once', async () => {
    const { connections } = setup();
    let [running, most] = [0, 0];
    const gateway: SocketGateway = {
      async post() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return 'sent';
      },
    };
    const deliveries = Array.from({ length: 180 }, (_, index) => ({
      connection: aConnection(anna, `c${index}`),
      events: small,
    }));
    expect(await pushEvents(deliveries, { gateway, connections })).toMatchObject({ frames: 180 });
    expect(most).toBe(limits.pushConcurrency);
  });
});

describe('pushToUsers', () => {
  it('reaches every live connection of the given people', async () => {
    const { gateway, connections } = setup();
    for (const [user, id] of [
      [anna, 'a1'],
      [anna, 'a2'],
      [ben, 'b1'],
    ] as const) {
      await connections.open(aConnection(user, id));
    }
    expect(await pushToUsers([anna, cleo], small, { gateway, connections })).toMatchObject({ frames: 2 });
    expect(gateway.posts.map(({ connectionId }) => connectionId).sort()).toEqual(['a1', 'a2']);
  });
});
