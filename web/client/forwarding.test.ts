import { beforeEach, describe, expect, it } from 'vitest';
import { Scene } from './testing/scene.ts';
import { ada, chat, conversation, convoId, grace } from './testing/test-client.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
  scene.server.post(convoId, grace, 'the root');
});

describe('passing a message on', () => {
  const elsewhere = `c_${'2'.repeat(26)}`;

  it('shows what it was at once, and what the server says it was', async () => {
    scene.server.addConversation(elsewhere, [ada, grace]);
    const client = await scene.live();
    const source = scene.server.messages(convoId)[0];
    await chat(client).send(elsewhere, '', { forward: source });
    await scene.advance(0);
    expect(scene.framesOf('message.send')).toMatchObject([
      { content: '', forward: { convo_id: convoId, seq_no: 1 } },
    ]);
    await scene.advance(2_000);
    const { timeline } = chat(client).state.conversations.get(elsewhere) ?? {};
    expect(timeline?.messages).toEqual(scene.server.messages(elsewhere));
    expect(timeline?.messages[0]?.forwarded).toMatchObject({ sender_id: grace, content: 'the root' });
  });

  it('passes on the first one of those that were passed on', async () => {
    const client = await scene.live();
    const forwarded = { sender_id: grace, content: 'first', created_at: '2026-01-01T12:00:00.000Z' };
    const source = scene.server.post(convoId, grace, 'look at this', undefined, { forwarded });
    scene.server.faults.loseFrame = (frame) => frame.action === 'message.send';
    await chat(client).send(convoId, 'look', { forward: source });
    expect(conversation(client).timeline.pending).toMatchObject([{ content: 'look', forwarded }]);
  });

  it('needs no text of its own, and nothing else may go without', async () => {
    const client = await scene.live();
    await expect(chat(client).send(convoId, ' ')).rejects.toBeInstanceOf(RangeError);
    await expect(chat(client).send(convoId, ' ', { thread: 1 })).rejects.toBeInstanceOf(RangeError);
  });
});
