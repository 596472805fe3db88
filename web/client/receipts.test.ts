import { beforeEach, describe, expect, it } from 'vitest';
import { receiptCounts, unreadCount } from './conversation-state.ts';
import { Scene } from './testing/scene.ts';
import { ada, conversation, convoId, grace } from './testing/test-client.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

describe('receipts', () => {
  it('tell of what came, once a second at most, and not of what was read', async () => {
    const client = await scene.live();
    for (const text of ['one', 'two', 'three']) scene.server.post(convoId, grace, text);
    await scene.advance(500);
    scene.server.post(convoId, grace, 'four');
    await scene.advance(700);
    expect(scene.framesOf('message.delivered').map((frame) => frame.seq_no)).toEqual([3]);
    await scene.advance(1_000);
    expect(scene.framesOf('message.delivered').map((frame) => frame.seq_no)).toEqual([3, 4]);
    scene.server.post(convoId, grace, 'five');
    await scene.advance(0);
    client.chat?.markRead(convoId, 5);
    scene.server.post(convoId, ada, 'six');
    await scene.advance(5_000);
    expect(scene.framesOf('message.delivered').map((frame) => frame.seq_no)).toEqual([3, 4]);
  });

  it('of what was waiting in the list are told too, and repeated when the socket broke with them', async () => {
    scene.server.post(convoId, grace, 'one');
    scene.server.faults.loseFrame = (frame) => frame.action === 'message.delivered';
    await scene.live();
    await scene.advance(1_000);
    scene.server.faults.loseFrame = () => false;
    for (const socket of scene.server.sockets) socket.drop(1006);
    await scene.advance(5_000);
    expect(scene.framesOf('message.delivered')).toEqual([
      { action: 'message.delivered', convo_id: convoId, seq_no: 1 },
    ]);
  });

  it('of others count what is read as delivered', async () => {
    const client = await scene.live();
    scene.server.post(convoId, ada, 'one');
    await client.chat?.loadReceipts(convoId);
    expect(receiptCounts(conversation(client), 1)).toEqual({ delivered: 0, read: 0 });
    const [socket] = scene.server.sockets;
    socket?.receive([{ type: 'message.delivery', convo_id: convoId, user_id: grace, seq_no: 1 }]);
    await scene.advance(0);
    expect(receiptCounts(conversation(client), 1)).toEqual({ delivered: 1, read: 0 });
    socket?.receive([{ type: 'message.read', convo_id: convoId, user_id: grace, seq_no: 1 }]);
    await scene.advance(0);
    expect(receiptCounts(conversation(client), 1)).toEqual({ delivered: 1, read: 1 });
  });
});

describe('a mark that is put back', () => {
  it('shows as unread on every device, survives a lost frame, and ends with reading', async () => {
    const [here, there] = [await scene.live(), await scene.live()];
    scene.server.post(convoId, grace, 'one');
    scene.server.post(convoId, grace, 'two');
    await scene.advance(0);
    here.chat?.markRead(convoId, 2);
    await scene.advance(2_000);
    scene.server.faults.loseFrame = (frame) => frame.action === 'message.unread';
    here.chat?.markUnread(convoId, 1);
    await scene.advance(2_000);
    expect(unreadCount(conversation(here))).toBe(1);
    scene.server.faults.loseFrame = () => false;
    for (const socket of scene.server.sockets) socket.drop(1006);
    await scene.advance(20_000);
    expect(unreadCount(conversation(here))).toBe(1);
    expect(unreadCount(conversation(there))).toBe(1);
    here.chat?.markRead(convoId, 2);
    await scene.advance(2_000);
    expect(unreadCount(conversation(here))).toBe(0);
    expect(scene.framesOf('message.read').map((frame) => frame.seq_no)).toEqual([2, 2]);
  });

  it('is heard of after an absence', async () => {
    const client = await scene.live();
    scene.server.post(convoId, grace, 'one');
    await scene.advance(0);
    client.chat?.markRead(convoId, 1);
    await scene.advance(20_000);
    const other = await scene.live();
    for (const socket of scene.server.sockets) socket.drop(1006);
    scene.server.faults.push = (event) => (event.type === 'message.unread' ? [] : [event]);
    await scene.advance(20_000);
    other.chat?.markUnread(convoId, 0);
    await scene.advance(1_000);
    expect(unreadCount(conversation(client))).toBe(0);
    for (const socket of scene.server.sockets) socket.drop(1006);
    await scene.advance(20_000);
    expect(unreadCount(conversation(client))).toBe(1);
  });
});
