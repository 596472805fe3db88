import { expect, it } from 'vitest';
import { ackOf, conversationIn } from '../support/conversation-under-test.ts';
import { cloudOfThisFile, messagesIn } from '../support/own-cloud.ts';

const theCloud = cloudOfThisFile();

const sending = { service: 'sqs', operation: 'SendMessage', functionName: 'ws-send-message' } as const;

it('[P2] makes one message of a send to the queue whose answer is lost', async () => {
  const cloud = theCloud();
  const { adaSocket, sends, provenHistory } = await conversationIn(cloud);
  cloud.tap.faults.add({ ...sending, times: 2, action: { kind: 'timeout-after-success' } });

  const id = sends('did it get there?');

  expect(await ackOf(adaSocket, id)).toMatchObject({ status: 'persisted', seq_no: 2 });
  await cloud.untilQueueIsEmpty();
  expect(await provenHistory()).toEqual(['hello', 'did it get there?']);
  expect(cloud.tap.records.filter(({ fault }) => fault === 'timeout-after-success')).toHaveLength(2);
});

it('[S6] tells the sender when the queue does not take a message, and takes it when it is sent again', async () => {
  const cloud = theCloud();
  const { adaSocket, sends, provenHistory } = await conversationIn(cloud);
  const rule = cloud.tap.faults.add({
    ...sending,
    times: 100,
    action: { kind: 'error', status: 500, errorType: 'InternalFailure' },
  });

  const id = sends('try again');
  expect(await adaSocket.next('error')).toMatchObject({ code: 'unavailable', client_msg_id: id });
  expect(await provenHistory()).toEqual(['hello']);
  rule.remove();

  sends('try again', { clientMsgId: id });
  expect(await ackOf(adaSocket, id)).toMatchObject({ status: 'persisted', seq_no: 2 });
});

it('[P2] knows a message again long after SQS has forgotten it', async () => {
  const cloud = theCloud();
  const { adaSocket, benSocket, sends, provenHistory } = await conversationIn(cloud);
  const id = sends('once and for all');
  const first = await ackOf(adaSocket, id);
  await cloud.untilQueueIsEmpty();

  cloud.passTime(6 * 3_600_000);
  sends('once and for all', { clientMsgId: id });

  expect(await ackOf(adaSocket, id)).toEqual({ ...first, status: 'duplicate' });
  expect(await provenHistory()).toEqual(['hello', 'once and for all']);
  expect(benSocket.all('message.create')).toHaveLength(2);
});

it('[P2] stores once what SQS delivers again after its five minutes, as a copy under a new id', async () => {
  const cloud = theCloud();
  const { ada, adaSocket, convoId, sends, provenHistory } = await conversationIn(cloud);
  const id = sends('the original');
  await ackOf(adaSocket, id);
  await cloud.untilQueueIsEmpty();
  cloud.passTime(6 * 60_000);

  const copy = {
    name: 'message.accepted',
    version: 1,
    convo_id: convoId,
    sender_id: ada.userId,
    session_id: ada.tokens.session_id,
    connection_id: 'gone=',
    client_msg_id: id,
    content: 'the original',
    accepted_at_ms: Date.now(),
    request_id: 'copy',
  };
  const { messageQueue } = cloud;
  const { engine } = cloud.sqs;
  for (const deduplicationId of ['copy-1', 'copy-2', 'copy-3']) {
    engine.sendMessage(messageQueue, { body: JSON.stringify(copy), groupId: convoId, deduplicationId });
  }

  await cloud.untilQueueIsEmpty();
  expect(messagesIn(cloud, cloud.deadLetterQueue)).toBe(0);
  expect(await provenHistory()).toEqual(['hello', 'the original']);
});
