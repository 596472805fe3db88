import { expect, it } from 'vitest';
import { aConnection, anna, ben, movableClock } from '../../test/support/builders.ts';
import { inMemoryConnectionStore, inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { endSession } from './end-session.ts';

async function setup() {
  const story: string[] = [];
  const connections = inMemoryConnectionStore(movableClock());
  const sockets = inMemorySockets();
  const ended = aConnection(anna, 'ended');
  const otherDevice = { ...aConnection(anna, 'other-device'), sessionId: 's_OTHERDEVICE0000000000000000' };
  for (const one of [ended, otherDevice, aConnection(ben, 'other-person')]) await connections.open(one);
  const deps = {
    connections,
    sessions: { end: async () => void story.push('session over') },
    gateway: {
      async post(connectionId: string, frame: string) {
        story.push(`told ${connectionId}`);
        return await sockets.post(connectionId, frame);
      },
      end: async (connectionId: string) => void story.push(`closed ${connectionId}`),
    },
  };
  return { story, connections, sockets, ended, deps };
}

it('[P8] ends the session first, then tells and closes its sockets, and no others', async () => {
  const { story, sockets, ended, deps } = await setup();
  await endSession(ended, deps);
  expect(story).toEqual(['session over', 'told ended', 'closed ended']);
  expect(sockets.events('ended')).toEqual([{ type: 'session.ended' }]);
});

it('[P8] leaves nothing to push to', async () => {
  const { connections, ended, deps } = await setup();
  await endSession(ended, deps);
  const left = await connections.ofUsers([anna, ben]);
  expect(left.map(({ connectionId }) => connectionId).sort()).toEqual(['other-device', 'other-person']);
});

it('[P8] has forgotten a socket before it is told, so that a dead one is not pushed to either', async () => {
  const { connections, sockets, ended, deps } = await setup();
  sockets.break('ended', 'gone');
  await endSession(ended, deps);
  expect(await connections.identify('ended')).toBeUndefined();
});
