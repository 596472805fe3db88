import { expect, it } from 'vitest';
import { connect, people } from '../support/cloud.ts';
import { openDirect, say, send, wholeHistory } from '../support/people.ts';

it('[P3][P4] lets two people who just registered talk, and shows both the same messages in one order', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);

  const acks = [
    await say(adaSocket, convo_id, 'Hello Ben'),
    await say(benSocket, convo_id, 'Hello Ada 👋'),
    await say(adaSocket, convo_id, 'How are you?\nFine?'),
  ];

  expect(acks.map(({ seq_no }) => seq_no)).toEqual([1, 2, 3]);
  for (const socket of [adaSocket, benSocket]) {
    await socket.next('message.create', ({ seq_no }) => seq_no === 3);
    const seen = socket.all('message.create').map(({ seq_no, content }) => [seq_no, content]);
    expect(seen).toEqual([
      [1, 'Hello Ben'],
      [2, 'Hello Ada 👋'],
      [3, 'How are you?\nFine?'],
    ]);
  }
  const [adaReads, benReads] = [await wholeHistory(ada, convo_id), await wholeHistory(ben, convo_id)];
  expect(adaReads).toEqual(benReads);
  expect(adaReads.map(({ server_msg_id }) => server_msg_id)).toEqual(acks.map((ack) => ack.server_msg_id));
});

it('[P1][S4] acknowledges to the sender with the place and time that everybody sees', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);

  const ack = await say(adaSocket, convo_id, 'once');
  const seen = await benSocket.next('message.create');

  const { type, status, ...place } = ack;
  expect(type).toBe('message.ack');
  expect(status).toBe('persisted');
  expect(seen).toEqual({ type: 'message.create', ...place, sender_id: ada.userId, content: 'once' });
  expect(benSocket.all('message.ack')).toEqual([]);
});

it('[R1] reaches every device of the recipient and the other devices of the sender', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const sending = await connect(ada);
  const others = await Promise.all([ada, ben, ben].map(connect));

  await say(sending, convo_id, 'to all of you');

  for (const device of [sending, ...others]) {
    const message = await device.next('message.create');
    expect(message).toMatchObject({ seq_no: 1, sender_id: ada.userId, content: 'to all of you' });
  }
});

it('[S1] ignores a sender, a sequence number, a time and an id that a client makes up', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const socket = await connect(ada);

  const madeUp = {
    sender_id: ben.userId,
    user_id: ben.userId,
    seq_no: 4711,
    seq: 4711,
    created_at: '1999-01-01T00:00:00.000Z',
    server_msg_id: 'm_FORGED',
    connection_id: 'FORGED=',
    version: 99,
  };
  const id = send(socket, { convo_id, content: 'mine', ...madeUp });
  await socket.next('message.ack', (ack) => ack.client_msg_id === id);

  const [message] = await wholeHistory(ben, convo_id);
  expect(message).toMatchObject({ sender_id: ada.userId, seq_no: 1, content: 'mine' });
  expect(message?.server_msg_id).not.toBe('m_FORGED');
  expect(Date.now() - Date.parse(message?.created_at ?? '')).toBeLessThan(10 * 60_000);
});

it('[P6] stores what one sender sends after each ack in the order of sending', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const socket = await connect(ada);
  const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];

  for (const word of words) await say(socket, convo_id, word);

  expect((await wholeHistory(ben, convo_id)).map(({ content }) => content)).toEqual(words);
});
