import { beforeEach, describe, expect, it } from 'vitest';
import { parseFrame } from './parse-frame.ts';
import { Scene } from './testing/scene.ts';
import { aMessage, aView, convoId, grace, texts } from './testing/test-client.ts';

const unknownLine = { code: 'conversation.painted', params: { colour: 'blue' } };
let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

describe('[R4] what a newer server says', () => {
  it('is a line without words in its place', () => {
    const line = { type: 'message.create', ...aMessage(3, { content: '' }), system: unknownLine };
    expect(parseFrame(JSON.stringify(line))).toEqual([
      { type: 'message.create', ...aMessage(3, { content: '' }) },
    ]);
  });

  it('is a capability less', () => {
    const conversation = { ...aView(), capabilities: ['message.send', 'message.sing'] };
    expect(parseFrame(JSON.stringify({ type: 'conversation.update', conversation }))).toMatchObject([
      { conversation: { capabilities: ['message.send'] } },
    ]);
  });

  it('is still refused where it says nothing that can be understood', () => {
    const nonsense = { type: 'message.create', ...aMessage(3), seq_no: 'three', system: unknownLine };
    expect(parseFrame(JSON.stringify(nonsense))).toEqual([]);
  });

  it('shows as nothing, and what comes after it is not waited for', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    scene.server.post(convoId, grace, '', undefined, { system: unknownLine as never });
    scene.server.post(convoId, grace, 'three');
    await scene.advance(0);
    expect(texts(client)).toEqual(['one', 'three']);
    expect(client.chat?.state.conversations.get(convoId)?.timeline.cursor).toBe(3);
  });

  it('does not stand in the way of a page over HTTP', async () => {
    scene.server.post(convoId, grace, 'one');
    scene.server.post(convoId, grace, '', undefined, { system: unknownLine as never });
    const client = await scene.live();
    await client.chat?.loadOlder(convoId);
    expect(texts(client)).toEqual(['one']);
  });
});
