import { expect, it } from 'vitest';
import { ackOf, conversationIn } from '../support/conversation-under-test.ts';
import { afterCrashMs, cloudOfThisFile, messagesIn, type OwnCloud, processor } from '../support/own-cloud.ts';
import { waitFor } from '../support/wait-for.ts';

const theCloud = cloudOfThisFile();

function crashAfter(cloud: OwnCloud, service: 'dynamodb' | 'management-api', operation: string) {
  cloud.tap.faults.add({
    service,
    operation,
    functionName: processor,
    times: 1,
    action: { kind: 'kill-function-after', kill: (name) => cloud.lambda.killEnvironments(name) },
  });
}

it('[P5] pushes a message that was stored by a processor that crashed before it could tell anybody', async () => {
  const cloud = theCloud();
  const { adaSocket, benSocket, sends, provenHistory } = await conversationIn(cloud);
  crashAfter(cloud, 'dynamodb', 'TransactWriteItems');

  const id = sends('stored, then silence');
  await cloud.untilFault('kill-function-after');

  // The control: stored, and nobody knows.
  expect(await provenHistory()).toEqual(['hello', 'stored, then silence']);
  expect(adaSocket.all('message.ack')).toHaveLength(1);
  expect(benSocket.all('message.create')).toHaveLength(1);

  cloud.passTime(afterCrashMs);
  expect(await ackOf(adaSocket, id)).toMatchObject({ status: 'persisted', seq_no: 2 });
  await benSocket.next('message.create', ({ seq_no }) => seq_no === 2);
  expect(await provenHistory()).toEqual(['hello', 'stored, then silence']);
});

it('[P1] stores a message whose processor crashed before it could store it', async () => {
  const cloud = theCloud();
  const { adaSocket, sends, provenHistory } = await conversationIn(cloud);
  crashAfter(cloud, 'dynamodb', 'GetItem');

  const id = sends('not yet stored');
  await cloud.untilFault('kill-function-after');
  expect(await provenHistory()).toEqual(['hello']);

  cloud.passTime(afterCrashMs);
  expect(await ackOf(adaSocket, id)).toMatchObject({ status: 'persisted', seq_no: 2 });
  expect(await provenHistory()).toEqual(['hello', 'not yet stored']);
});

it('[P2] stores once what a processor pushed and crashed before SQS heard of it', async () => {
  const cloud = theCloud();
  const { adaSocket, benSocket, sends, provenHistory } = await conversationIn(cloud);
  crashAfter(cloud, 'management-api', 'PostToConnection');

  const id = sends('told twice at most');
  await cloud.untilFault('kill-function-after');
  cloud.passTime(afterCrashMs);

  await ackOf(adaSocket, id);
  await benSocket.next('message.create', ({ seq_no }) => seq_no === 2);
  expect(await provenHistory()).toEqual(['hello', 'told twice at most']);
});

it('[P3] keeps the order of what waits behind a message whose processor crashed', async () => {
  const cloud = theCloud();
  const { adaSocket, sends, provenHistory } = await conversationIn(cloud);
  crashAfter(cloud, 'dynamodb', 'TransactWriteItems');

  sends('first');
  await cloud.untilFault('kill-function-after');
  for (const text of ['second', 'third']) {
    const queued = messagesIn(cloud, cloud.messageQueue);
    sends(text);
    await waitFor(`${text} in the queue`, () => messagesIn(cloud, cloud.messageQueue) === queued + 1);
  }
  cloud.passTime(afterCrashMs);

  await adaSocket.until('all acks', () => adaSocket.all('message.ack').length === 4);
  expect(await provenHistory()).toEqual(['hello', 'first', 'second', 'third']);
});
