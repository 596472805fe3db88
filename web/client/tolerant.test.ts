import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfabClient } from './confab-client.ts';
import { parseFrame } from './parse-frame.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, aMessage, aView, convoId, grace, startClient, texts } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const unknownLine = { code: 'conversation.painted', params: { colour: 'blue' } };
let time: VirtualTime;
let server: FakeServer;

async function live(): Promise<ConfabClient> {
  const client = startClient({ server, time, userId: ada });
  await time.advance(0);
  expect(client.chat?.state.connection).toBe('live');
  return client;
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada, grace]);
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
    const client = await live();
    server.post(convoId, grace, 'one');
    server.post(convoId, grace, '', undefined, { system: unknownLine as never });
    server.post(convoId, grace, 'three');
    await time.advance(0);
    expect(texts(client)).toEqual(['one', 'three']);
    expect(client.chat?.state.conversations.get(convoId)?.timeline.cursor).toBe(3);
  });

  it('does not stand in the way of a page over HTTP', async () => {
    server.post(convoId, grace, 'one');
    server.post(convoId, grace, '', undefined, { system: unknownLine as never });
    const client = await live();
    await client.chat?.loadOlder(convoId);
    expect(texts(client)).toEqual(['one']);
  });
});
