import { expect, it } from 'vitest';
import type { FaultAction } from '../../localstack/aws-tap/fault-rules.ts';
import { ackOf, conversationIn } from '../support/conversation-under-test.ts';
import { cloudOfThisFile, processor } from '../support/own-cloud.ts';
import { waitFor } from '../support/wait-for.ts';

const theCloud = cloudOfThisFile();

const throttled: FaultAction = {
  kind: 'error',
  status: 400,
  errorType: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
};
const broken: FaultAction = {
  kind: 'error',
  status: 500,
  errorType: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
};
const conflicting: FaultAction = {
  kind: 'error',
  status: 400,
  errorType: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
  body: {
    CancellationReasons: [
      { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
      { Code: 'None' },
      { Code: 'None' },
    ],
  },
};
const lost: FaultAction = { kind: 'timeout-after-success' };

it.each<[string, string, FaultAction, number]>([
  ['the commit is throttled', 'TransactWriteItems', throttled, 2],
  ['the commit fails with a 5xx', 'TransactWriteItems', broken, 2],
  ['the commit conflicts with another transaction', 'TransactWriteItems', conflicting, 3],
  ['the answer to the commit is lost', 'TransactWriteItems', lost, 1],
  ['the answer to the commit is lost, and to its repetition', 'TransactWriteItems', lost, 5],
  ['the conversation cannot be read', 'GetItem', broken, 2],
  ['the connections cannot be read after the commit', 'BatchGetItem', throttled, 2],
])('[P1][P2] stores and acknowledges a message once when %s', async (_, operation, action, times) => {
  const cloud = theCloud();
  const { adaSocket, benSocket, sends, provenHistory } = await conversationIn(cloud);
  cloud.tap.faults.add({ service: 'dynamodb', operation, functionName: processor, times, action });

  const id = sends('against all odds');

  expect(await ackOf(adaSocket, id)).toMatchObject({ status: 'persisted', seq_no: 2 });
  await benSocket.next('message.create', ({ seq_no }) => seq_no === 2);
  expect(await provenHistory()).toEqual(['hello', 'against all odds']);
  expect(cloud.tap.records.filter(({ fault }) => fault === action.kind)).toHaveLength(times);
});

it('[P2] delivers again, and stores once, when the connections cannot be read for longer than a processor tries', async () => {
  const cloud = theCloud();
  const { adaSocket, sends, provenHistory } = await conversationIn(cloud);
  const rule = cloud.tap.faults.add({
    service: 'dynamodb',
    operation: 'BatchGetItem',
    functionName: processor,
    times: 1,
    // The SDK does not try this again, so that the whole batch fails after its commit.
    action: {
      kind: 'error',
      status: 400,
      errorType: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    },
  });

  const id = sends('committed, then failed');
  await rule.spent;
  await waitFor('the processor to give the batch back', () =>
    cloud.tap.records.some(({ operation }) => operation === 'ChangeMessageVisibilityBatch'),
  );
  cloud.passTime(5_000);

  expect(await ackOf(adaSocket, id)).toMatchObject({ status: 'persisted', seq_no: 2 });
  expect(await provenHistory()).toEqual(['hello', 'committed, then failed']);
});

it('[P1] loses nothing that it acknowledged when the database crashes in the middle of a burst', async () => {
  const cloud = theCloud();
  const { adaSocket, sends, provenHistory } = await conversationIn(cloud);

  const texts = Array.from({ length: 40 }, (_, index) => `burst ${index}`);
  const ids = new Map(texts.map((text) => [sends(text), text]));
  await adaSocket.until('the first acks', () => adaSocket.all('message.ack').length > 5);
  await cloud.dynamoDb.crash();

  // As a client does: what has no ack is sent again, under the same id.
  const acked = () => new Set(adaSocket.all('message.ack').map(({ client_msg_id }) => client_msg_id));
  await waitFor(
    'every ack',
    () => {
      cloud.passTime(10_000);
      for (const [id, text] of ids) if (!acked().has(id)) sends(text, { clientMsgId: id });
      return [...ids.keys()].every((id) => acked().has(id));
    },
    { intervalMs: 500 },
  );
  expect(new Set(await provenHistory())).toEqual(new Set(['hello', ...texts]));
});
