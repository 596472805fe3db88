import { expect, it } from 'vitest';
import type { ConversationView } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { newClientMsgId, openDirect, openGroup, say, send, wholeHistory } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';

/** Ada wrote something to Ben; Ben and Cleo have a conversation of their own. */
async function twoConversations() {
  const [ada, ben, cleo] = await people(3);
  const { convo_id: source } = await openDirect(ada, ben);
  const { convo_id } = await openGroup(ben, [cleo]);
  const [adaSocket, benSocket, cleoSocket] = await Promise.all([connect(ada), connect(ben), connect(cleo)]);
  await say(adaSocket, source, 'the boat leaves at nine');
  const original = await benSocket.next('message.create');
  const forward = { convo_id: source, seq_no: 1 };
  return { ada, ben, cleo, source, convo_id, adaSocket, benSocket, cleoSocket, original, forward };
}

async function outcomeOf(socket: TestSocket, id: string) {
  return await socket.until(`the outcome of ${id}`, () => {
    return [...socket.all('message.ack'), ...socket.all('error')].find((event) => event.client_msg_id === id);
  });
}

it('[F1] shows what was said, by whom and when, and not where', async () => {
  const { ada, ben, cleo, source, convo_id, benSocket, cleoSocket, original, forward } =
    await twoConversations();
  const id = send(benSocket, { convo_id, content: '', forward });
  expect(await outcomeOf(benSocket, id)).toMatchObject({ status: 'persisted' });
  const received = await cleoSocket.next('message.create');
  expect(received).toMatchObject({
    sender_id: ben.userId,
    content: '',
    forwarded: {
      sender_id: ada.userId,
      content: 'the boat leaves at nine',
      created_at: original.created_at,
    },
  });
  expect(cleoSocket.frames.join(' ')).not.toContain(source);
  const view = bodyOf(await cleo.call<ConversationView>('GET', `/conversations/${convo_id}`));
  expect(view.last_message).toMatchObject({ preview: 'the boat leaves at nine' });
});

it('[F1] stays what it was when the original is edited or deleted', async () => {
  const { cleo, source, convo_id, adaSocket, benSocket, forward } = await twoConversations();
  await outcomeOf(benSocket, send(benSocket, { convo_id, content: 'look', forward }));
  const client_msg_id = newClientMsgId();
  adaSocket.send({ action: 'message.delete', convo_id: source, seq_no: 1, client_msg_id });
  expect(await outcomeOf(adaSocket, client_msg_id)).toMatchObject({ status: 'persisted' });
  expect(await wholeHistory(cleo, convo_id)).toMatchObject([
    { content: 'look', forwarded: { content: 'the boat leaves at nine' } },
  ]);
});

it('[F2] passes on the original of what was forwarded itself', async () => {
  const { ada, cleo, convo_id, benSocket, cleoSocket, forward } = await twoConversations();
  await outcomeOf(benSocket, send(benSocket, { convo_id, content: 'look', forward }));
  const [dora] = await people(1);
  const { convo_id: third } = await openDirect(cleo, dora);
  const again = { convo_id, seq_no: 1 };
  await outcomeOf(cleoSocket, send(cleoSocket, { convo_id: third, content: '', forward: again }));
  const [message] = await wholeHistory(dora, third);
  expect(message?.forwarded).toMatchObject({ sender_id: ada.userId, content: 'the boat leaves at nine' });
});

it('[F3] refuses what its sender cannot read, foreign and missing alike, over the socket and over HTTP', async () => {
  const { cleo, source, convo_id, cleoSocket, ben } = await twoConversations();
  const missing = { convo_id: `c_${'0'.repeat(26)}`, seq_no: 1 };
  const none = { convo_id, seq_no: 9 };
  const texts: string[] = [];
  for (const forward of [{ convo_id: source, seq_no: 1 }, missing, none]) {
    const id = send(cleoSocket, { convo_id, content: 'look', forward });
    const {
      request_id: _,
      client_msg_id: __,
      ...error
    } = { ...(await outcomeOf(cleoSocket, id)) } as Record<string, unknown>;
    expect(error).toMatchObject({ type: 'error', code: 'message.not_found' });
    texts.push(JSON.stringify(error));
    const body = { client_msg_id: newClientMsgId(), content: '', forward };
    const posted = await cleo.call('POST', `/conversations/${convo_id}/messages`, { body });
    expect(problemOf(posted).code).toBe('message.not_found');
  }
  expect(new Set(texts).size).toBe(1);
  expect(await wholeHistory(ben, convo_id)).toEqual([]);
});

it('[P2] acknowledges a retry as a duplicate, though the original is gone meanwhile', async () => {
  const { convo_id, source, adaSocket, benSocket, forward } = await twoConversations();
  const frame = { convo_id, content: '', forward, client_msg_id: newClientMsgId() };
  const first = await outcomeOf(benSocket, send(benSocket, frame));
  expect(first).toMatchObject({ status: 'persisted', seq_no: 1 });
  const client_msg_id = newClientMsgId();
  adaSocket.send({ action: 'message.delete', convo_id: source, seq_no: 1, client_msg_id });
  await outcomeOf(adaSocket, client_msg_id);
  send(benSocket, frame);
  expect(await benSocket.next('message.ack', ({ status }) => status === 'duplicate')).toMatchObject({
    client_msg_id: frame.client_msg_id,
    seq_no: 1,
  });
});

it('[S3] takes an empty text only with something forwarded', async () => {
  const { convo_id, benSocket } = await twoConversations();
  const id = send(benSocket, { convo_id, content: ' ' });
  expect(await outcomeOf(benSocket, id)).toMatchObject({ type: 'error', code: 'message.content_invalid' });
});
