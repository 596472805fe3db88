import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { anna, ben, countingIds, instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryThreadMarks } from '../../test/support/in-memory-threads.ts';
import { threadMarksKey } from '../conversations/conversation-keys.ts';
import { limits } from '../limits.ts';
import { dynamoThreadMarkStore } from './dynamo-thread-mark-store.ts';
import { noThreadMarks } from './thread-mark-store.ts';

const database = testDatabase();
const ids = countingIds('MARK');

const onDynamo = () => {
  const { client, tables } = database();
  const { conversationsTable } = tables;
  return dynamoThreadMarkStore({ client, conversationsTable, backoff: instantBackoff() });
};
const stores = { DynamoDB: onDynamo, 'the in-memory stand-in': () => inMemoryThreadMarks() };

describe.each(Object.entries(stores))('thread marks on %s', (_, open) => {
  const setup = () => ({ marks: open(), convoId: ids.conversation(), userId: ids.user() });

  it('are none before the first', async () => {
    const { marks, convoId, userId } = setup();
    expect(await marks.of(userId, convoId)).toEqual(noThreadMarks);
    expect(await marks.allOf(userId)).toEqual(new Map());
  });

  it('[H5] only rise, in each thread and in all', async () => {
    const { marks, convoId, userId } = setup();
    const advance = (mark: Parameters<typeof marks.advance>[2]) => marks.advance(userId, convoId, mark);
    expect(await advance({ root: 7, count: 2 })).toEqual({ moved: true, marks: { seq: 0, read: { 7: 2 } } });
    expect(await advance({ root: 7, count: 2 })).toMatchObject({ moved: false });
    expect(await advance({ root: 7, count: 1 })).toEqual({ moved: false, marks: { seq: 0, read: { 7: 2 } } });
    expect(await advance({ root: 9, count: 0 })).toMatchObject({ moved: false });
    expect(await advance({ seq: 20 })).toMatchObject({ moved: true });
    expect(await advance({ seq: 19 })).toEqual({ moved: false, marks: { seq: 20, read: { 7: 2 } } });
    expect(await advance({ root: 7, count: 5 })).toMatchObject({ moved: true });
    expect(await marks.of(userId, convoId)).toEqual({ seq: 20, read: { 7: 5 } });
  });

  it('are one person and one conversation each', async () => {
    const { marks, convoId, userId } = setup();
    const other = ids.conversation();
    await marks.advance(userId, convoId, { seq: 3 });
    await marks.advance(userId, other, { root: 1, count: 1 });
    await marks.advance(anna, convoId, { seq: 9 });
    expect(await marks.allOf(userId)).toEqual(
      new Map([
        [convoId, { seq: 3, read: {} }],
        [other, { seq: 0, read: { 1: 1 } }],
      ]),
    );
    expect(await marks.of(ben, convoId)).toEqual(noThreadMarks);
  });

  it('[H5] forget of too many threads the one that was marked longest ago', async () => {
    const { marks, convoId, userId } = setup();
    for (let root = 1; root <= limits.threadMarksMax; root += 1) {
      await marks.advance(userId, convoId, { root, count: 1 });
    }
    await marks.advance(userId, convoId, { root: 1, count: 2 });
    await marks.advance(userId, convoId, { root: 999, count: 1 });
    const { read } = await marks.of(userId, convoId);
    expect(Object.keys(read)).toHaveLength(limits.threadMarksMax);
    expect(read).toMatchObject({ 1: 2, 999: 1 });
    expect(read).not.toHaveProperty('2');
  });

  it('lose none of those that come at once', async () => {
    const { marks, convoId, userId } = setup();
    const roots = [1, 2, 3, 4];
    await Promise.all(roots.map((root) => marks.advance(userId, convoId, { root, count: root })));
    expect(await marks.of(userId, convoId)).toEqual({ seq: 0, read: { 1: 1, 2: 2, 3: 3, 4: 4 } });
  });
});

it('is unavailable, and nothing is lost, when another device keeps coming first', async () => {
  const { client, tables } = database();
  const { conversationsTable } = tables;
  const [userId, convoId] = [ids.user(), ids.conversation()];
  const meddle = () =>
    client.send(
      new UpdateCommand({
        TableName: conversationsTable,
        Key: threadMarksKey(userId, convoId),
        UpdateExpression:
          'SET convo_id = :c, seq_no = if_not_exists(seq_no, :none), #read = if_not_exists(#read, :empty) ADD #version :one',
        ExpressionAttributeNames: { '#read': 'read', '#version': 'version' },
        ExpressionAttributeValues: { ':c': convoId, ':none': 0, ':empty': [], ':one': 1 },
      }),
    );
  const meddling = new Proxy(client, {
    get: (target, property) =>
      property === 'send'
        ? async (command: { input: object }) => {
            if (command instanceof UpdateCommand) await meddle();
            return await client.send(command as never);
          }
        : Reflect.get(target, property),
  });
  const store = dynamoThreadMarkStore({ client: meddling, conversationsTable, backoff: instantBackoff() });
  await expect(store.advance(userId, convoId, { seq: 4 })).rejects.toMatchObject({ code: 'unavailable' });
  expect(await onDynamo().of(userId, convoId)).toEqual(noThreadMarks);
  expect(await onDynamo().advance(userId, convoId, { seq: 4 })).toMatchObject({ moved: true });
});
