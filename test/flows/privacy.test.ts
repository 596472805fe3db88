import { expect, it } from 'vitest';
import type { ConversationsResponse } from '../../events/http-contracts.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { newClientMsgId, openDirect, say, send, wholeHistory } from '../support/people.ts';

/** Well-formed, and nobody's. */
const missing = 'c_00000000000000000000000000';

it('[A2] pushes nothing to somebody who is not a member', async () => {
  const [ada, ben, eve] = await people(3);
  const [adaSocket, benSocket, eveSocket] = await Promise.all([connect(ada), connect(ben), connect(eve)]);
  const { convo_id } = await openDirect(ada, ben);

  await say(adaSocket, convo_id, 'between us');
  await say(benSocket, convo_id, 'sure');
  benSocket.send({ action: 'message.read', convo_id, seq_no: 2 });
  await adaSocket.next('message.read', ({ user_id, seq_no }) => user_id === ben.userId && seq_no === 2);
  eveSocket.send({ action: 'ping' });
  await eveSocket.next('pong');

  expect(eveSocket.events().map(({ type }) => type)).toEqual(['pong']);
  const list = bodyOf(await eve.call<ConversationsResponse>('GET', '/conversations'));
  expect(list.conversations).toEqual([]);
});

it.each([
  ['GET', ''],
  ['GET', '/messages'],
  ['GET', '/messages?since_seq=0&limit=1'],
])(
  '[A2][A3] answers %s /conversations/{id}%s alike for a foreign and a missing conversation',
  async (method, rest) => {
    const [ada, ben, eve] = await people(3);
    const { convo_id } = await openDirect(ada, ben);
    await say(await connect(ada), convo_id, 'a secret');

    const answers = await Promise.all(
      [convo_id, missing, 'not-an-id', '..%2F..%2Fme'].map((id) =>
        eve.call(method, `/conversations/${id}${rest}`),
      ),
    );

    const [foreign, ...others] = answers.map((answer) => {
      const { request_id, ...problem } = problemOf(answer);
      return { status: answer.status, problem, named: request_id.length > 0 };
    });
    expect(foreign).toMatchObject({
      status: 404,
      problem: { code: 'conversation.not_found', status: 404 },
      named: true,
    });
    for (const other of others) expect(other).toEqual(foreign);
  },
);

it.each(['message.send', 'message.read'])(
  '[A2] answers %s alike for a foreign and a missing conversation',
  async (action) => {
    const [ada, ben, eve] = await people(3);
    const { convo_id } = await openDirect(ada, ben);
    await say(await connect(ada), convo_id, 'a secret');
    const socket = await connect(eve);

    const refusals = [];
    for (const id of [convo_id, missing]) {
      socket.send({ action, convo_id: id, client_msg_id: newClientMsgId(), content: 'let me in', seq_no: 1 });
      const { request_id, client_msg_id, convo_id: named, ...told } = await socket.next('error');
      expect(request_id).not.toBe('');
      expect(client_msg_id).toBeDefined();
      expect(named).toBe(id);
      refusals.push(told);
    }

    expect(refusals[0]).toMatchObject({ code: 'conversation.not_found' });
    expect(refusals[1]).toEqual(refusals[0]);
    expect(await wholeHistory(ada, convo_id)).toHaveLength(1);
  },
);

it('[A2] leaves no trace of a foreign message in the order of the conversation', async () => {
  const [ada, ben, eve] = await people(3);
  const { convo_id } = await openDirect(ada, ben);
  const [adaSocket, eveSocket] = await Promise.all([connect(ada), connect(eve)]);

  send(eveSocket, { convo_id, content: 'intruder' });
  await eveSocket.next('error');
  const { seq_no } = await say(adaSocket, convo_id, 'first');

  expect(seq_no).toBe(1);
});
