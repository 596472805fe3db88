import { type DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { threadMarksKey, threadMarksPrefix } from '../conversations/conversation-keys.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { AppError } from '../errors.ts';
import { noThreadMarks, type ThreadMarkStore } from './thread-mark-store.ts';
import { type KeptMarks, marksAfter, noKeptMarks, shownMarks } from './thread-marks.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly backoff: Backoff;
}

const attemptsMax = 5;

/** A mark that moves is one read and one write, of at most 4 KB; one that stands where it is, the read. */
export function dynamoThreadMarkStore({ client, conversationsTable, backoff }: Deps): ThreadMarkStore {
  const get = async (userId: string, convoId: string) => {
    const answer = await client.send(
      new GetCommand({
        TableName: conversationsTable,
        Key: threadMarksKey(userId, convoId),
        ConsistentRead: true,
      }),
    );
    return answer.Item;
  };

  /** False when somebody else wrote since `version`, the person's other device; 0 is none at all. */
  const put = (userId: string, convoId: string, { seq, read }: KeptMarks, version: number) =>
    unlessConditionFails(
      client.send(
        new UpdateCommand({
          TableName: conversationsTable,
          Key: threadMarksKey(userId, convoId),
          UpdateExpression: 'SET convo_id = :conversation, seq_no = :seq, #read = :read, #version = :next',
          ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : '#version = :known',
          ExpressionAttributeNames: { '#read': 'read', '#version': 'version' },
          ExpressionAttributeValues: {
            ':conversation': convoId,
            ':seq': seq,
            ':read': read,
            ':next': version + 1,
            ...(version > 0 && { ':known': version }),
          },
        }),
      ),
    );

  return {
    async of(userId, convoId) {
      const item = await get(userId, convoId);
      return item ? shownMarks(toKeptMarks(item)) : noThreadMarks;
    },

    async allOf(userId) {
      const pages = paginateQuery(
        { client },
        {
          TableName: conversationsTable,
          KeyConditionExpression: 'pk = :user AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':user': `USER#${userId}`, ':prefix': threadMarksPrefix },
          ConsistentRead: true,
        },
      );
      const all = new Map<string, ReturnType<typeof shownMarks>>();
      for await (const { Items = [] } of pages) {
        for (const item of Items) all.set(String(item.convo_id), shownMarks(toKeptMarks(item)));
      }
      return all;
    },

    async advance(userId, convoId, mark) {
      for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
        const item = await get(userId, convoId);
        const before = item ? toKeptMarks(item) : noKeptMarks;
        const after = marksAfter(before, mark);
        if (after === before) return { moved: false, marks: shownMarks(before) };
        const isWritten = await put(userId, convoId, after, Number(item?.version ?? 0));
        if (isWritten) return { moved: true, marks: shownMarks(after) };
        await backoff.wait(attempt);
      }
      throw new AppError('unavailable');
    },
  };
}

function toKeptMarks(item: Record<string, unknown>): KeptMarks {
  return { seq: Number(item.seq_no), read: item.read as [number, number][] };
}
