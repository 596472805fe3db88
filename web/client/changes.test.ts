import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { memoryOutboxStore } from './outbox-store.ts';
import { Scene } from './testing/scene.ts';
import { ada, conversation, convoId, grace, rows, shown, texts } from './testing/test-client.ts';

let scene: Scene;

/** The messages as the client shows them. */
/** Grace's reaction, made on the server. */
function graceReacts(seqNo: number, emoji: string): void {
  const id = `${seqNo} ${emoji}`;
  scene.server.change(grace, {
    action: 'reaction.add',
    convo_id: convoId,
    client_msg_id: id,
    seq_no: seqNo,
    emoji,
  });
}

beforeEach(() => {
  scene = new Scene();
});

describe('changes of others', () => {
  it('show in the message as they come', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'helo');
    scene.server.change(grace, {
      action: 'message.edit',
      convo_id: convoId,
      client_msg_id: 'e',
      seq_no: 1,
      content: 'hello',
    });
    graceReacts(1, '👍');
    await scene.advance(1_000);
    expect(shown(client)).toEqual(scene.server.messages(convoId));
    expect(shown(client)[0]).toMatchObject({ content: 'hello', reactions: [{ emoji: '👍', count: 1 }] });
    expect(conversation(client).lastMessage?.preview).toBe('hello');
    expect(scene.requests('/changes')).toEqual([]);
  });

  it('that were lost are asked for when the next one shows it, page by page', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    scene.server.post(convoId, grace, 'two');
    await scene.advance(0);
    scene.loses('message.update');
    for (const emoji of ['👍', '🎉', '😂']) graceReacts(1, emoji);
    scene.deliversPushes();
    scene.server.faults.changesPageMax = 2;
    graceReacts(2, '👍');
    await scene.advance(1_000);
    expect(shown(client)).toEqual(scene.server.messages(convoId));
    expect(scene.requests('/changes')).toEqual([
      expect.stringContaining('since_rev=0'),
      expect.stringContaining('since_rev=2'),
    ]);
  });

  it('that overtook each other need no request', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    const held: ServerEvent[] = [];
    scene.server.faults.push = (event) => {
      held.unshift(event);
      return [];
    };
    for (const emoji of ['👍', '🎉', '😂']) graceReacts(1, emoji);
    for (const socket of scene.server.sockets) socket.receive(held);
    await scene.advance(1_000);
    expect(shown(client)).toEqual(scene.server.messages(convoId));
    expect(scene.requests('/changes')).toEqual([]);
  });

  it('that were made during an absence come with the sync', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(20_000);
    for (const socket of scene.server.sockets) socket.drop(1006);
    graceReacts(1, '👍');
    scene.server.post(convoId, grace, 'two');
    await scene.advance(1_000);
    expect(scene.framesOf('sync').at(-1)?.cursors).toEqual({ [convoId]: { seq_no: 1, rev: 0, version: 1 } });
    expect(shown(client)).toEqual(scene.server.messages(convoId));
    expect(scene.requests('/changes')).toEqual([]);
  });

  it('are not lost in a page of history that was on its way', async () => {
    scene.server.post(convoId, grace, 'one');
    const arrival = Promise.withResolvers<void>();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const response = await scene.server.fetch(input, init);
      if (new Request(input).url.includes('/messages')) await arrival.promise;
      return response;
    };
    const client = scene.start(ada, { environment: { fetch } });
    await scene.advance(0);
    const loading = client.chat?.loadOlder(convoId);
    await scene.advance(0);
    graceReacts(1, '👍');
    await scene.advance(0);
    expect(conversation(client).timeline.rev).toBe(1);
    arrival.resolve();
    await loading;
    await scene.advance(1_000);
    expect(shown(client)).toEqual(scene.server.messages(convoId));
  });

  it('are not undone by a push that they have overtaken', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    let held: ServerEvent[] = [];
    scene.server.faults.push = (event) => {
      held = [...held, event];
      return [];
    };
    scene.server.post(convoId, grace, 'two');
    scene.server.post(convoId, grace, 'three');
    graceReacts(3, '👍');
    scene.deliversPushes();
    const [two, three, changed] = held;
    const inThisOrder = [changed, three, two].flatMap((event) => event ?? []);
    for (const socket of scene.server.sockets) socket.receive(inThisOrder);
    await scene.advance(1_000);
    expect(shown(client)).toEqual(scene.server.messages(convoId));
    expect(scene.requests('/changes')).toEqual([]);
  });
});

describe('our own changes', () => {
  it('show at once, and are the same when the server has made them', async () => {
    const client = await scene.live();
    scene.server.post(convoId, ada, 'one');
    await scene.advance(0);
    const seen: string[] = [];
    client.subscribe(() => seen.push(shown(client)[0]?.content ?? ''));
    await client.chat?.change(convoId, 1, { kind: 'edit', content: ' two ' });
    await scene.advance(1_000);
    expect([...new Set(seen)]).toEqual(['two']);
    expect(shown(client)).toEqual(scene.server.messages(convoId));
    expect(client.chat?.unsentCount).toBe(0);
  });

  it('stay visible when the ack comes and the update is lost', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    scene.loses('message.update');
    await client.chat?.change(convoId, 1, { kind: 'react', emoji: '👍' });
    await scene.advance(0);
    expect(client.chat?.unsentCount).toBe(0);
    expect(shown(client)[0]?.reactions).toEqual([{ emoji: '👍', count: 1, user_ids: [ada] }]);
    await scene.advance(1_000);
    expect(shown(client)).toEqual(scene.server.messages(convoId));
    expect(conversation(client).timeline.confirmed).toEqual([]);
  });

  it('are made once, in their order, although the acks are lost and the page is loaded again', async () => {
    const outboxStore = memoryOutboxStore();
    const first = scene.start(ada, { outboxStore });
    await scene.advance(0);
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    scene.server.faults.push = (event) => (event.type === 'message.ack' ? [] : [event]);
    await first.chat?.change(convoId, 1, { kind: 'react', emoji: '👍' });
    await first.chat?.change(convoId, 1, { kind: 'unreact', emoji: '👍' });
    await first.chat?.send(convoId, 'and a message');
    await scene.advance(1_000);
    first.close();
    scene.deliversPushes();
    const second = scene.start(ada, { outboxStore });
    await scene.advance(60_000);
    expect(second.chat?.unsentCount).toBe(0);
    expect(scene.server.rev(convoId)).toBe(2);
    expect(scene.server.messages(convoId)[0]?.reactions).toBeUndefined();
    expect(scene.server.messages(convoId)).toHaveLength(2);
  });

  it('that are refused are not shown any more, say why, and can be undone', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    const seen = new Set<string>();
    client.subscribe(() => seen.add(texts(client).join()));
    await client.chat?.change(convoId, 1, { kind: 'edit', content: 'mine' });
    await scene.advance(0);
    expect([...seen]).toEqual(['mine', 'one']);
    const [row] = rows(client);
    const failed = row?.kind === 'message' ? row.changes?.[0] : undefined;
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'message.forbidden' } });
    await client.chat?.discard(failed?.client_msg_id ?? '');
    expect(rows(client)[0]).not.toHaveProperty('changes');
  });

  it('are sent by one of two tabs, and show in both', async () => {
    const tab = scene.tabsOfOneBrowser();
    const tabs = [tab(), tab()] as const;
    await scene.advance(0);
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    scene.loses('message.update');
    await tabs[1].chat?.change(convoId, 1, { kind: 'react', emoji: '👍' });
    await scene.advance(0);
    expect(scene.framesOf('reaction.add')).toHaveLength(1);
    for (const client of tabs) expect(shown(client)[0]?.reactions).toMatchObject([{ user_ids: [ada] }]);
    await scene.advance(1_000);
    for (const client of tabs) expect(shown(client)).toEqual(scene.server.messages(convoId));
  });

  it('carry what a message answers and whom it names', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await client.chat?.send(convoId, 'yes @grace', { replyTo: 1, mentions: [grace] });
    await scene.advance(0);
    expect(scene.server.messages(convoId)[1]).toMatchObject({ reply_to: 1, mentions: [grace] });
    expect(shown(client)).toEqual(scene.server.messages(convoId));
  });
});
