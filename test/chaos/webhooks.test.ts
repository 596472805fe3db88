/** Receivers that are away, and processes that die on the way to them: whatever was said arrives in the end. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import type { WebhookView } from '../../events/bot-contracts.ts';
import { webhookKey } from '../../shared/conversations/conversation-keys.ts';
import { limits } from '../../shared/limits.ts';
import { bodyOf } from '../support/client.ts';
import { conversationIn } from '../support/conversation-under-test.ts';
import { cloudOfThisFile, messagesIn, type OwnCloud, processor } from '../support/own-cloud.ts';
import { waitFor } from '../support/wait-for.ts';
import { webhookReceiver } from '../support/webhook-receiver.ts';

const theCloud = cloudOfThisFile();
const deliverer = 'consumers-deliver-webhooks';
const failing = { kind: 'error', status: 400, errorType: 'AccessDeniedException' } as const;

/** The queue of deliveries, and time that passes for it. */
function deliveriesOf(cloud: OwnCloud) {
  const queue = cloud.plan.queues.find(({ name, redrive }) => redrive && name.includes('WebhookDeliveries'));
  if (!queue?.redrive) throw new Error('there is no queue of deliveries');
  const { name, redrive } = queue;
  const { engine } = cloud.sqs;
  const isIdle = () => {
    const pool = cloud.lambda.stats().find(({ functionName }) => functionName === deliverer);
    return !pool || pool.starting + pool.busy + pool.queued === 0;
  };
  return {
    maxReceiveCount: redrive.maxReceiveCount,
    parked: () => messagesIn(cloud, redrive.deadLetterQueueName),
    /** Lets the time of every retry come, until nothing waits any more. */
    untilEmpty: () =>
      waitFor(
        'the deliveries',
        () => {
          const left = messagesIn(cloud, name);
          if (left > 0 && isIdle()) cloud.passTime(3_600_000);
          return left === 0;
        },
        { intervalMs: 50 },
      ),
    redrive: () => engine.startMessageMoveTask(engine.queueArn(redrive.deadLetterQueueName)),
  };
}

async function toldIn(cloud: OwnCloud) {
  const talk = await conversationIn(cloud);
  const receiver = await webhookReceiver();
  const path = `/conversations/${talk.convoId}/webhooks`;
  const made = await talk.ada.call<{ webhook: WebhookView }>('POST', path, { body: { url: receiver.url } });
  const { webhook_id } = bodyOf(made, 201).webhook;
  const webhook = async () =>
    bodyOf(await talk.ada.call<{ webhooks: WebhookView[] }>('GET', path)).webhooks[0];
  const say = async (...contents: string[]) => {
    for (const content of contents) talk.sends(content);
    await waitFor('the messages', async () => {
      const said = await talk.provenHistory();
      return contents.every((content) => said.includes(content));
    });
    await cloud.untilQueueIsEmpty();
  };
  return { ...talk, receiver, path: `${path}/${webhook_id}`, webhook, say, webhookId: webhook_id };
}

/** So much time does not pass in a test: the webhook fails since then. */
async function failingSince({ dynamoDb, plan }: OwnCloud, convoId: string, webhookId: string, at: number) {
  const table = plan.tables.find(({ name }) => name.includes('ConversationsTable'));
  const raw = new DynamoDBClient({
    endpoint: dynamoDb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await DynamoDBDocumentClient.from(raw).send(
    new UpdateCommand({
      TableName: table?.name,
      Key: webhookKey(convoId, webhookId),
      UpdateExpression: 'SET failing_since = :at',
      ConditionExpression: 'attribute_exists(failing_since)',
      ExpressionAttributeValues: { ':at': new Date(at).toISOString() },
    }),
  );
  raw.destroy();
}

it('[W2] tries a receiver that is away for hours, then parks, and delivers all of it once an operator redrives', async () => {
  const cloud = theCloud();
  const deliveries = deliveriesOf(cloud);
  const { receiver, say, webhook } = await toldIn(cloud);
  receiver.answer(503);
  await say('one', 'two');
  await deliveries.untilEmpty();

  const tries = Map.groupBy(receiver.received, ({ delivery }) => delivery.delivery_id);
  expect(deliveries.parked()).toBe(tries.size);
  for (const [, received] of tries)
    expect(received.map(({ delivery }) => delivery.attempt)).toEqual(
      Array.from({ length: deliveries.maxReceiveCount }, (_, index) => index + 1),
    );
  expect(await webhook()).toMatchObject({ state: 'enabled', failures: receiver.received.length });

  receiver.answer(200);
  deliveries.redrive();
  await deliveries.untilEmpty();
  expect(receiver.taken()).toEqual(['one', 'two']);
  expect(deliveries.parked()).toBe(0);
  expect(await webhook()).toMatchObject({ state: 'enabled', failures: 0 });
});

it('[W2][W4] disables a receiver that failed for long, and after it is enabled a replay brings all that it missed', async () => {
  const cloud = theCloud();
  const deliveries = deliveriesOf(cloud);
  const { ada, convoId, receiver, say, webhook, webhookId, path } = await toldIn(cloud);
  receiver.answer(500);
  for (let round = 1; receiver.received.length < limits.webhookFailuresMax; round += 1) {
    await say(`missed ${round}`);
    await deliveries.untilEmpty();
  }
  expect(await webhook()).toMatchObject({ state: 'enabled' });
  const longAgo = Date.now() - (limits.webhookFailingMinSeconds + 1) * 1_000;
  await failingSince(cloud, convoId, webhookId, longAgo);
  await say('the last straw');
  await deliveries.untilEmpty();
  expect(await webhook()).toMatchObject({ state: 'disabled' });

  const before = receiver.received.length;
  await say('unheard');
  await deliveries.untilEmpty();
  expect(receiver.received).toHaveLength(before);

  receiver.answer(200);
  bodyOf(await ada.call('POST', `${path}/enable`));
  expect(await webhook()).toMatchObject({ state: 'enabled', failures: 0 });
  bodyOf(await ada.call('POST', `${path}/replay`, { body: { since_seq: 1 } }), 202);
  await say('heard again');
  await deliveries.untilEmpty();
  const taken = receiver.taken();
  expect(taken).toEqual([
    ...taken.filter((content) => content.startsWith('missed')),
    'the last straw',
    'unheard',
    'heard again',
  ]);
  expect(taken.length).toBeGreaterThan(4);
});

it('[W1] delivers what its processor could not queue, once that is received again', async () => {
  const cloud = theCloud();
  const deliveries = deliveriesOf(cloud);
  const { receiver, say } = await toldIn(cloud);
  cloud.tap.faults.add({
    service: 'sqs',
    operation: 'SendMessageBatch',
    functionName: processor,
    times: 2,
    action: failing,
  });
  const passing = setInterval(() => cloud.passTime(10_000), 100);
  await say('stubborn').finally(() => clearInterval(passing));
  await deliveries.untilEmpty();
  expect(receiver.taken()).toEqual(['stubborn']);
  expect(cloud.tap.records.filter(({ fault }) => fault === 'error')).toHaveLength(2);
});

it('[W1] gives the deliveries of one queueing the same ids, when its answer was lost', async () => {
  const cloud = theCloud();
  const deliveries = deliveriesOf(cloud);
  const { receiver, say } = await toldIn(cloud);
  cloud.tap.faults.add({
    service: 'sqs',
    operation: 'SendMessageBatch',
    functionName: processor,
    times: 1,
    action: { kind: 'timeout-after-success' },
  });
  await say('twice on its way');
  await waitFor('both', () => receiver.received.length === 2);
  await deliveries.untilEmpty();
  expect(new Set(receiver.received.map(({ delivery }) => delivery.delivery_id)).size).toBe(1);
  expect(receiver.taken()).toEqual(['twice on its way']);
});

it('[W2] delivers again what a deliverer that died had in its hands', async () => {
  const cloud = theCloud();
  const deliveries = deliveriesOf(cloud);
  const { receiver, say } = await toldIn(cloud);
  const rule = cloud.tap.faults.add({
    service: 'dynamodb',
    operation: 'GetItem',
    functionName: deliverer,
    times: 1,
    action: { kind: 'kill-function-after', kill: (name) => cloud.lambda.killEnvironments(name) },
  });
  await say('survives');
  await waitFor('the death', () => rule.hits > 0);
  await deliveries.untilEmpty();
  expect(receiver.taken()).toEqual(['survives']);
});

it('[W2] parks a delivery that is none, and delivers the others', async () => {
  const cloud = theCloud();
  const deliveries = deliveriesOf(cloud);
  const { receiver, say } = await toldIn(cloud);
  const queue = cloud.plan.queues.find(({ name, redrive }) => redrive && name.includes('WebhookDeliveries'));
  const parkedBefore = deliveries.parked();
  for (const body of ['}{', '{}', '{"name":"webhook.delivery","version":9}'])
    cloud.sqs.engine.sendMessage(queue?.name ?? '', { body });
  await say('among poison');
  await deliveries.untilEmpty();
  expect(receiver.taken()).toEqual(['among poison']);
  expect(deliveries.parked()).toBe(parkedBefore + 3);
});
