import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { unreadCount } from './conversation-state.ts';
import { memoryOutboxStore } from './outbox-store.ts';
import { Scene } from './testing/scene.ts';
import { ada, convoId, grace, shown, texts } from './testing/test-client.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

describe('receiving', () => {
  it('shows pushes as they come', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'hello');
    await scene.advance(0);
    expect(texts(client)).toEqual(['hello']);
  });

  it('fills a hole over HTTP when the next push shows it', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    scene.loses('message.create');
    scene.server.post(convoId, grace, 'two');
    scene.deliversPushes();
    scene.server.post(convoId, grace, 'three');
    await scene.advance(0);
    expect(texts(client)).toEqual(['one']);
    await scene.advance(1_000);
    expect(texts(client)).toEqual(['one', 'two', 'three']);
    expect(scene.requests('/messages')).toEqual([expect.stringContaining('/messages?since_seq=1&')]);
  });

  it('asks for nothing when two pushes only overtook each other', async () => {
    const client = await scene.live();
    let held: ServerEvent[] = [];
    scene.server.faults.push = (event) => {
      held = [event, ...held];
      return [];
    };
    scene.server.post(convoId, grace, 'one');
    scene.server.post(convoId, grace, 'two');
    for (const socket of scene.server.sockets) socket.receive(held);
    await scene.advance(1_000);
    expect(texts(client)).toEqual(['one', 'two']);
    expect(scene.requests('/messages')).toEqual([]);
  });

  it('finds a lost last push by itself within five minutes', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    scene.loses('message.create');
    scene.server.post(convoId, grace, 'two');
    await scene.advance(0);
    scene.deliversPushes();
    await scene.advance(5 * 60_000);
    expect(texts(client)).toEqual(['one', 'two']);
  });

  it('learns of a conversation that somebody else has begun from its first message', async () => {
    const client = await scene.live();
    const begun = `c_${'9'.repeat(26)}`;
    scene.server.addConversation(begun, [ada, grace]);
    scene.server.post(begun, grace, 'hi');
    await scene.advance(1_000);
    const conversation = client.chat?.state.conversations.get(begun);
    expect(conversation).toMatchObject({ lastMessage: { preview: 'hi' }, readSeq: 0 });
    await client.chat?.loadOlder(begun);
    expect(texts(client, begun)).toEqual(['hi']);
  });

  it('pages back to the first message', async () => {
    for (let count = 1; count <= 120; count += 1) scene.server.post(convoId, grace, String(count));
    const client = await scene.live();
    expect(texts(client)).toEqual([]);
    for (const expected of [50, 100, 120, 120]) {
      await client.chat?.loadOlder(convoId);
      expect(texts(client)).toHaveLength(expected);
    }
    expect(texts(client)[0]).toBe('1');
    expect(scene.requests('/messages')).toHaveLength(3);
  });
});

describe('a message far back', () => {
  it('is paged back to if it is near, and shown with those around it if not', async () => {
    for (let count = 1; count <= 900; count += 1) scene.server.post(convoId, grace, String(count));
    const client = await scene.live();
    expect(await client.chat?.loadBackTo(convoId, 420)).toBe(true);
    expect(shown(client)[0]?.seq_no).toBeLessThanOrEqual(420);
    const other = await scene.live();
    expect(await other.chat?.loadBackTo(convoId, 5)).toBe(false);
    const around = await other.chat?.messagesAround(convoId, 5);
    expect(around?.map((message) => message.seq_no)).toContain(5);
  });
});

describe('unread counts', () => {
  it('grow with what others write and end with reading', async () => {
    const client = await scene.live();
    const unread = (): number | undefined => {
      const conversation = client.chat?.state.conversations.get(convoId);
      return conversation && unreadCount(conversation);
    };
    scene.server.post(convoId, grace, 'one');
    scene.server.post(convoId, grace, 'two');
    await scene.advance(0);
    expect(unread()).toBe(2);
    client.chat?.markRead(convoId, 2);
    expect(unread()).toBe(0);
    await scene.advance(0);
    expect(scene.server.frames.map(({ frame }) => frame)).toContainEqual({
      action: 'message.read',
      convo_id: convoId,
      seq_no: 2,
    });
    scene.server.post(convoId, ada, 'from another device');
    await scene.advance(0);
    expect(unread()).toBe(0);
  });
});

describe('after an absence', () => {
  it('sends the cursors that it holds, and shows what was missed', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    scene.server.faults.isUnreachable = true;
    for (const socket of scene.server.sockets) socket.drop(1006);
    scene.server.post(convoId, grace, 'two');
    await scene.advance(60_000);
    expect(client.chat?.state.connection).toBe('connecting');
    expect(texts(client)).toEqual(['one']);
    scene.server.faults.isUnreachable = false;
    await scene.advance(30_000);
    const syncs = scene.server.frames.flatMap(({ frame }) =>
      frame.action === 'sync' ? [frame.cursors] : [],
    );
    expect(syncs).toEqual([
      { [convoId]: { seq_no: 0, rev: 0, version: 1 } },
      { [convoId]: { seq_no: 1, rev: 0, version: 1 } },
    ]);
    expect(texts(client)).toEqual(['one', 'two']);
  });

  it('asks from before a hole, not from the last message that it has heard of', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    scene.loses('message.create');
    scene.server.post(convoId, grace, 'two');
    scene.deliversPushes();
    scene.server.post(convoId, grace, 'three');
    await scene.advance(0);
    for (const socket of scene.server.sockets) socket.drop(1006);
    await scene.advance(1_000);
    const syncs = scene.server.frames.flatMap(({ frame }) =>
      frame.action === 'sync' ? [frame.cursors] : [],
    );
    expect(syncs.at(-1)).toEqual({ [convoId]: { seq_no: 1, rev: 0, version: 1 } });
    expect(texts(client)).toEqual(['one', 'two', 'three']);
  });

  it('fetches over HTTP what a limited sync left out, and is live only then', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, '1');
    await scene.advance(20_000);
    scene.server.faults.isUnreachable = true;
    for (let count = 2; count <= 260; count += 1) scene.server.post(convoId, grace, String(count));
    scene.server.faults.isUnreachable = false;
    scene.server.faults.syncMessagesMax = 10;
    for (const socket of scene.server.sockets) socket.drop(1001);
    await scene.advance(1_000);
    expect(client.chat?.state.connection).toBe('live');
    expect(texts(client)).toEqual(Array.from({ length: 260 }, (_, index) => String(index + 1)));
    expect(scene.requests('/messages')).toHaveLength(Math.ceil((260 - 11) / limits.historyPageMax));
  });
});

describe('sending', () => {
  it('shows a message at once, and as stored when the server says so', async () => {
    const client = await scene.live();
    const shown = new Set<string>();
    client.subscribe(() => shown.add(texts(client).join()));
    await client.chat?.send(convoId, ' hello ');
    await scene.advance(0);
    expect([...shown]).toEqual(['hello?', 'hello']);
  });

  it('lets a message through once although its ack was lost', async () => {
    const client = await scene.live();
    scene.loses('message.ack', 'message.create');
    await client.chat?.send(convoId, 'hello');
    await scene.advance(1_000);
    expect(texts(client)).toEqual(['hello?']);
    scene.deliversPushes();
    await scene.advance(10_000);
    expect(texts(client)).toEqual(['hello']);
    expect(scene.server.messages(convoId)).toHaveLength(1);
  });

  it('keeps what is written without a network through a reload, and sends it once', async () => {
    const outboxStore = memoryOutboxStore();
    scene.server.faults.isUnreachable = true;
    const before = scene.start(ada, { outboxStore });
    await scene.advance(1_000);
    await before.chat?.send(convoId, 'written in a tunnel');
    before.close();
    const after = scene.start(ada, { outboxStore });
    await scene.advance(1_000);
    expect(after.chat?.unsentCount).toBe(1);
    scene.server.faults.isUnreachable = false;
    await scene.advance(60_000);
    expect(after.chat?.unsentCount).toBe(0);
    expect(scene.server.messages(convoId).map((message) => message.content)).toEqual(['written in a tunnel']);
    expect(texts(after)).toEqual(['written in a tunnel']);
  });

  it('shows a refused message as failed', async () => {
    const client = await scene.live();
    scene.server.faults.answerSend = (frame) => ({
      type: 'message.ack',
      convo_id: frame.convo_id,
      client_msg_id: frame.client_msg_id,
      status: 'rejected',
      error: { code: 'conversation.not_found', detail: 'You are not a member' },
    });
    await client.chat?.send(convoId, 'hello');
    await scene.advance(0);
    expect(texts(client)).toEqual(['hello!']);
  });

  it('sends a message of two tabs once, and shows it in both', async () => {
    const tab = scene.tabsOfOneBrowser();
    const [first, second] = [tab(), tab()];
    await scene.advance(0);
    await second.chat?.send(convoId, 'from the second tab');
    await scene.advance(0);
    expect(scene.server.frames.filter(({ frame }) => frame.action === 'message.send')).toHaveLength(1);
    expect([texts(first), texts(second)]).toEqual([['from the second tab'], ['from the second tab']]);
  });
});

describe('signing out', () => {
  it('forgets the tokens and what was not sent', async () => {
    const outboxStore = memoryOutboxStore();
    const client = scene.start(ada, { outboxStore });
    await scene.advance(0);
    scene.server.faults.loseFrame = (frame) => frame.action === 'message.send';
    await client.chat?.send(convoId, 'never sent');
    const left = client.signOut();
    await scene.advance(0);
    await left;
    expect(client.chat).toBeUndefined();
    expect(await outboxStore.list(ada)).toEqual([]);
    expect(scene.server.requests.at(-1)).toBe('POST /auth/logout');
    await client.resume();
    expect(client.chat).toBeUndefined();
  });

  it('does not wait long for a server that does not answer', async () => {
    const client = await scene.live();
    scene.server.faults.isUnreachable = true;
    const left = client.signOut();
    await scene.advance(3_000);
    await left;
    expect(client.chat).toBeUndefined();
  });
});
