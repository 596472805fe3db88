import { expect, it } from 'vitest';
import { ackOf, conversationIn } from '../support/conversation-under-test.ts';
import { cloudOfThisFile, type OwnCloud, processor } from '../support/own-cloud.ts';
import { waitFor } from '../support/wait-for.ts';

const theCloud = cloudOfThisFile();

/** Why the messages of this conversation were parked. */
function parkedReasons({ sqs, deadLetterQueue }: OwnCloud, convoId: string): (string | undefined)[] {
  return sqs.engine
    .receiveMessages(deadLetterQueue, { max: 10, visibilityTimeoutSeconds: 0 })
    .filter(({ attributes }) => attributes.MessageGroupId === convoId)
    .map(({ messageAttributes }) => messageAttributes.reason?.stringValue);
}

it.each([
  ['is not JSON', 'malformed', () => '}{'],
  ['is no message', 'malformed', () => '{"name":"message.accepted","version":1}'],
  ['is of a future version', 'malformed', () => '{"name":"message.accepted","version":2}'],
  [
    'belongs to another conversation',
    'wrong group',
    (senderId: string) =>
      JSON.stringify({
        name: 'message.accepted',
        version: 1,
        convo_id: `c_${'0'.repeat(26)}`,
        sender_id: senderId,
        session_id: 's_1',
        connection_id: 'x=',
        client_msg_id: 'poison',
        content: 'let me in',
        accepted_at_ms: 0,
        request_id: 'poison',
      }),
  ],
])('[S8] parks a record that %s, and goes on with the others of its group', async (_, reason, body) => {
  const cloud = theCloud();
  const { ada, adaSocket, convoId, sends, provenHistory } = await conversationIn(cloud);
  const poison = { body: body(ada.userId), groupId: convoId, deduplicationId: 'poison' };

  cloud.sqs.engine.sendMessage(cloud.messageQueue, poison);
  const id = sends('after the poison');

  expect(await ackOf(adaSocket, id)).toMatchObject({ status: 'persisted', seq_no: 2 });
  await cloud.untilQueueIsEmpty();
  expect(parkedReasons(cloud, convoId)).toEqual([reason]);
  expect(await provenHistory()).toEqual(['hello', 'after the poison']);
});

it('[S8][P3] gives up what the database will never take, tells its sender, and leaves no gap', async () => {
  const cloud = theCloud();
  const { adaSocket, convoId, sends, provenHistory } = await conversationIn(cloud);
  const rule = cloud.tap.faults.add({
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    functionName: processor,
    times: Infinity,
    action: {
      kind: 'error',
      status: 400,
      errorType: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      body: { CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }, { Code: 'None' }] },
    },
  });

  const id = sends('hopeless');
  const ack = await ackOf(adaSocket, id);
  expect(ack).toMatchObject({ status: 'rejected', error: { code: 'message.undeliverable' } });
  expect(rule.hits).toBeGreaterThan(0);
  rule.remove();
  await cloud.untilQueueIsEmpty();
  expect(parkedReasons(cloud, convoId)).toHaveLength(1);

  const next = sends('hopeful');
  expect(await ackOf(adaSocket, next)).toMatchObject({ status: 'persisted', seq_no: 2 });
  expect(await provenHistory()).toEqual(['hello', 'hopeful']);
});

it('[S8] parks what fails on every receive, and only that, while time goes by', async () => {
  const cloud = theCloud();
  const { adaSocket, sends, provenHistory } = await conversationIn(cloud);
  const rule = cloud.tap.faults.add({
    service: 'dynamodb',
    operation: 'GetItem',
    functionName: processor,
    times: Infinity,
    // The SDK does not try this again.
    action: {
      kind: 'error',
      status: 400,
      errorType: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException',
    },
  });

  const id = sends('always in vain');
  const rejected = () => adaSocket.all('message.ack').find((ack) => ack.client_msg_id === id);
  await waitFor('the rejection', () => {
    cloud.passTime(10_000);
    return rejected();
  });

  expect(rejected()).toMatchObject({ status: 'rejected', error: { code: 'message.undeliverable' } });
  const givenBack = cloud.tap.records.filter(({ operation }) => operation === 'ChangeMessageVisibilityBatch');
  expect(givenBack).toHaveLength(cloud.maxReceiveCount - 1);
  rule.remove();
  await ackOf(adaSocket, sends('and on'));
  expect(await provenHistory()).toEqual(['hello', 'and on']);
});
