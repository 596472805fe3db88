import { beforeEach, describe, expect, it } from 'vitest';
import { Scene } from './testing/scene.ts';
import { conversation, convoId, grace } from './testing/test-client.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

describe('typing', () => {
  it('is told every three seconds at most, and the end of it once', async () => {
    const client = await scene.live();
    for (let key = 0; key < 8; key += 1) {
      client.chat?.setTyping(convoId, true);
      await scene.advance(500);
    }
    expect(scene.framesOf('typing.start')).toHaveLength(2);
    client.chat?.setTyping(convoId, false);
    client.chat?.setTyping(convoId, false);
    await scene.advance(0);
    expect(scene.framesOf('typing.stop')).toHaveLength(1);
  });

  it('ends with sending', async () => {
    const client = await scene.live();
    client.chat?.setTyping(convoId, true);
    await client.chat?.send(convoId, 'done');
    await scene.advance(0);
    expect(scene.framesOf('typing.stop')).toHaveLength(1);
  });

  it('of others ends by itself, and with what they wrote', async () => {
    const client = await scene.live();
    const [socket] = scene.server.sockets;
    const begins = () =>
      socket?.receive([{ type: 'typing.start', convo_id: convoId, user_id: grace, expires_in_ms: 6_000 }]);
    begins();
    await scene.advance(5_000);
    begins();
    await scene.advance(5_000);
    expect(conversation(client).typing).toEqual([grace]);
    await scene.advance(1_000);
    expect(conversation(client).typing).toEqual([]);
    begins();
    await scene.advance(0);
    scene.server.post(convoId, grace, 'done');
    await scene.advance(0);
    expect(conversation(client).typing).toEqual([]);
  });
});
