import { expect, it } from 'vitest';
import { connect } from '../support/cloud.ts';
import { ackOf, type ConversationUnderTest, conversationIn } from '../support/conversation-under-test.ts';
import { cloudOfThisFile, processor } from '../support/own-cloud.ts';
import { wholeHistory } from '../support/people.ts';
import { waitFor } from '../support/wait-for.ts';

const theCloud = cloudOfThisFile({ gatewayLimits: { dropDisconnectRate: 1 } });

const pushes = { service: 'management-api', operation: 'PostToConnection', functionName: processor } as const;

async function untilStored({ ben, convoId }: ConversationUnderTest, count: number): Promise<void> {
  await waitFor(`${count} stored messages`, async () => (await wholeHistory(ben, convoId)).length === count);
}

it('[P5] reaches the same state by sync alone when every push is lost', async () => {
  const cloud = theCloud();
  const talk = await conversationIn(cloud);
  cloud.tap.faults.add({
    ...pushes,
    times: Infinity,
    action: { kind: 'error', status: 500, errorType: 'InternalServerError' },
  });

  const texts = ['one', 'two', 'three', 'four'];
  for (const [index, text] of texts.entries()) {
    talk.sends(text);
    await untilStored(talk, index + 2);
  }
  // The control: not one of them arrived by itself.
  expect(talk.benSocket.all('message.create')).toHaveLength(1);
  expect(talk.adaSocket.all('message.ack')).toHaveLength(1);

  for (const socket of [talk.adaSocket, talk.benSocket]) {
    socket.send({ action: 'sync', cursors: { [talk.convoId]: 1 } });
    await socket.next('synced');
    expect(socket.all('message.create').map(({ content }) => content)).toEqual(['hello', ...texts]);
  }
  expect(await talk.provenHistory()).toEqual(['hello', ...texts]);
});

it('spares connections that opened a moment ago, though API Gateway says that they are gone', async () => {
  const cloud = theCloud();
  const talk = await conversationIn(cloud);
  const storm = cloud.tap.faults.add({
    ...pushes,
    times: Infinity,
    action: { kind: 'error', status: 410, errorType: 'GoneException' },
  });

  talk.sends('into the storm');
  await untilStored(talk, 2);
  await waitFor('both posts', () => storm.hits === 2);
  storm.remove();

  // They may only not have been open yet. Forgotten, they would stay open and hear nothing for two hours.
  const id = talk.sends('after the storm');
  await talk.benSocket.next('message.create', ({ client_msg_id }) => client_msg_id === id);
  expect(await talk.provenHistory()).toEqual(['hello', 'into the storm', 'after the storm']);
});

it('serves the others of a conversation when some of its connections break without a goodbye', async () => {
  const cloud = theCloud();
  const talk = await conversationIn(cloud);
  cloud.gateway.dropConnection('all');
  await Promise.all([talk.adaSocket.closed, talk.benSocket.closed]);

  const [adaAgain, benAgain] = await Promise.all([connect(talk.ada), connect(talk.ben)]);
  const id = talk.sends('are you there?', { socket: adaAgain });
  await ackOf(adaAgain, id);
  await benAgain.next('message.create', ({ client_msg_id }) => client_msg_id === id);

  const gone = () => cloud.tap.records.filter(({ status }) => status === 410);
  await waitFor('both dead connections to be found', () => gone().length === 2);
  expect(await talk.provenHistory(adaAgain, benAgain)).toEqual(['hello', 'are you there?']);
});

it('[R3] delivers nothing twice to a client that merges by number, though a push is repeated', async () => {
  const cloud = theCloud();
  const talk = await conversationIn(cloud);
  const { adaSocket, benSocket } = talk;
  // The frame arrives and the answer is lost, so that the SDK posts again.
  cloud.tap.faults.add({ ...pushes, times: 2, action: { kind: 'timeout-after-success' } });

  const id = talk.sends('echo');
  await ackOf(adaSocket, id);
  await benSocket.until('the repeated push', () => benSocket.all('message.create').length >= 2);
  const again = talk.sends('the end');
  await ackOf(adaSocket, again);
  await benSocket.next('message.create', ({ content }) => content === 'the end');

  const copies = [...adaSocket.all('message.create'), ...benSocket.all('message.create')].filter(
    ({ content }) => content === 'echo',
  );
  expect(copies.length).toBeGreaterThan(2);
  expect(new Set(copies.map((event) => JSON.stringify(event))).size).toBe(1);
  expect(await talk.provenHistory()).toEqual(['hello', 'echo', 'the end']);
});
