import { describe, expect, it } from 'vitest';
import type { HistoryResponse, ReceiptsResponse } from '../../events/http-contracts.ts';
import type { ConversationView, MessageAck } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import {
  newClientMsgId,
  openDirect,
  openGroup,
  type Person,
  say,
  send,
  wholeHistory,
} from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';

const block = async (one: Person, other: Person) =>
  bodyOf(await one.call('PUT', `/me/blocks/${other.userId}`), 204);
const unblock = async (one: Person, other: Person) =>
  bodyOf(await one.call('DELETE', `/me/blocks/${other.userId}`), 204);
const view = async (person: Person, convoId: string) =>
  bodyOf(await person.call<ConversationView>('GET', `/conversations/${convoId}`));

function ackOf(socket: TestSocket, clientMsgId: string): Promise<MessageAck> {
  return socket.until(`the ack of ${clientMsgId}`, () =>
    socket.all('message.ack').find((ack) => ack.client_msg_id === clientMsgId),
  );
}

async function talk() {
  const [ada, ben] = await people();
  const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
  const { convo_id } = await openDirect(ada, ben);
  await say(adaSocket, convo_id, 'hello');
  await say(benSocket, convo_id, 'hello yourself');
  return { ada, ben, adaSocket, benSocket, convo_id };
}

describe('a block', () => {
  it('[B1] silences the direct conversation, both ways, until it is taken back', async () => {
    const { ada, ben, adaSocket, benSocket, convo_id } = await talk();
    await block(ada, ben);

    const silenced = { status: 'rejected', error: { code: 'conversation.silenced' } };
    const asked = send(benSocket, { convo_id, content: 'are you there?' });
    expect(await ackOf(benSocket, asked)).toMatchObject(silenced);
    expect(await ackOf(adaSocket, send(adaSocket, { convo_id, content: 'no' }))).toMatchObject(silenced);
    for (const change of [
      { action: 'message.edit', seq_no: 2, content: 'hello, you there?' },
      { action: 'reaction.add', seq_no: 1, emoji: '😡' },
    ]) {
      const id = newClientMsgId();
      benSocket.send({ ...change, convo_id, client_msg_id: id });
      expect(await ackOf(benSocket, id)).toMatchObject(silenced);
    }
    expect((await wholeHistory(ada, convo_id)).map(({ content }) => content)).toEqual([
      'hello',
      'hello yourself',
    ]);

    await unblock(ada, ben);
    send(benSocket, { convo_id, content: 'are you there?', client_msg_id: asked });
    await adaSocket.next('message.create', ({ content }) => content === 'are you there?');
  });

  it('[B1] stores no message after its answer', async () => {
    const { ada, ben, benSocket, convo_id } = await talk();
    const ids = Array.from({ length: 30 }, (_, index) => send(benSocket, { convo_id, content: `${index}` }));
    await block(ada, ben);
    const path = `/conversations/${convo_id}/messages?limit=100`;
    const { last_seq } = bodyOf(await ada.call<HistoryResponse>('GET', path));
    const acks = await Promise.all(ids.map((id) => ackOf(benSocket, id)));
    const persisted = acks.filter(({ status }) => status === 'persisted');
    expect(persisted).toHaveLength(last_seq - 2);
    expect(bodyOf(await ada.call<HistoryResponse>('GET', path)).last_seq).toBe(last_seq);
  });

  it('[B1] shows itself to the devices of who blocked, and to the other one when they look', async () => {
    const { ada, ben, adaSocket, benSocket, convo_id } = await talk();
    await block(ada, ben);
    const told = await adaSocket.next('conversation.update', ({ conversation }) => conversation.version > 1);
    expect(told.conversation).toMatchObject({ convo_id, capabilities: [] });
    const seen = await view(ben, convo_id);
    expect(seen).toMatchObject({ capabilities: [], version: told.conversation.version });
    benSocket.send({ action: 'ping' });
    await benSocket.next('pong');
    expect(benSocket.all('conversation.update').every(({ conversation }) => conversation.version === 1)).toBe(
      true,
    );

    await unblock(ada, ben);
    const after = await adaSocket.next(
      'conversation.update',
      ({ conversation }) => conversation.version > seen.version,
    );
    expect(after.conversation.capabilities).toContain('message.send');
  });

  it('[B1] from both sides ends when both take it back', async () => {
    const { ada, ben, benSocket, convo_id } = await talk();
    await Promise.all([block(ada, ben), block(ben, ada), block(ada, ben)]);
    await unblock(ada, ben);
    const refused = send(benSocket, { convo_id, content: 'now?' });
    expect(await ackOf(benSocket, refused)).toMatchObject({ status: 'rejected' });
    await unblock(ben, ada);
    await say(benSocket, convo_id, 'now!');
  });

  it('[B2] tells neither of the two what the other reads, receives or types', async () => {
    const { ada, ben, adaSocket, benSocket, convo_id } = await talk();
    await block(ada, ben);
    benSocket.send({ action: 'typing.start', convo_id });
    benSocket.send({ action: 'message.delivered', convo_id, seq_no: 2 });
    benSocket.send({ action: 'message.read', convo_id, seq_no: 2 });
    await benSocket.next('message.read', ({ user_id }) => user_id === ben.userId);
    adaSocket.send({ action: 'ping' });
    await adaSocket.next('pong');
    const ofBen = adaSocket
      .events()
      .filter((event) => 'user_id' in event && event.user_id === ben.userId)
      .map(({ type }) => type);
    expect(ofBen).toEqual([]);
    const { receipts } = bodyOf(
      await ada.call<ReceiptsResponse>('GET', `/conversations/${convo_id}/receipts`),
    );
    expect(receipts.map(({ user_id }) => user_id)).toEqual([ada.userId]);
  });

  it('[B3] drops mentions between the two in what both are in, and says nothing of it', async () => {
    const [ada, ben, cleo] = await people(3);
    const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
    const { convo_id } = await openGroup(ada, [ben, cleo]);
    await block(ben, ada);
    const mentions = [ben.userId, cleo.userId];

    const id = send(adaSocket, { convo_id, content: '@ben @cleo', mentions });
    const created = await benSocket.next('message.create', ({ client_msg_id }) => client_msg_id === id);
    expect(created.mentions).toEqual([cleo.userId]);

    const edit = newClientMsgId();
    const change = { action: 'message.edit', convo_id, seq_no: created.seq_no, client_msg_id: edit };
    adaSocket.send({ ...change, content: '@ben', mentions: [ben.userId] });
    expect(await ackOf(adaSocket, edit)).toMatchObject({ status: 'persisted' });
    const [message] = await wholeHistory(cleo, convo_id);
    expect(message).toMatchObject({ content: '@ben' });
    expect(message).not.toHaveProperty('mentions');

    await unblock(ben, ada);
    send(adaSocket, { convo_id, content: '@ben @cleo', mentions, client_msg_id: id });
    expect(await adaSocket.next('message.ack', ({ status }) => status === 'duplicate')).toMatchObject({
      client_msg_id: id,
      seq_no: created.seq_no,
    });
  });

  it('[B1] lets nobody open a conversation with the other, who looks like nobody', async () => {
    const [ada, ben] = await people();
    await block(ada, ben);
    for (const [one, other] of [
      [ada, ben],
      [ben, ada],
    ] as const) {
      const body = { type: 'direct', members: [other.userId] };
      expect(problemOf(await one.call('POST', '/conversations', { body })).code).toBe('user.not_found');
    }
  });
});
