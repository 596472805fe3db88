import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { type Clock, epochSeconds, isoTime } from '../clock.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { limits } from '../limits.ts';
import type { Notice } from './notice.ts';
import { everybodyKey, everybodyPartition, noticeKey, ownKey, ownPrefix } from './notice-keys.ts';
import type { NoticeStore } from './notice-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly usersTable: string;
  readonly clock: Clock;
}

type Item = Record<string, unknown>;

const concurrency = 16;

/**
 * Looking for what is active costs two queries, half a unit each while there is nothing, and one key per notice found.
 */
export function dynamoNoticeStore({ client, usersTable: TableName, clock }: Deps): NoticeStore {
  const put = (item: Item) => client.send(new PutCommand({ TableName, Item: item }));
  const remove = (Key: Item) => client.send(new DeleteCommand({ TableName, Key }));

  const query = async (pk: string, prefix: string): Promise<Item[]> => {
    const pages = paginateQuery(
      { client },
      {
        TableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      },
    );
    const items: Item[] = [];
    for await (const page of pages) items.push(...(page.Items ?? []));
    return items;
  };

  return {
    async put(notice) {
      await put(noticeItem(notice));
      if (notice.audience.kind !== 'everybody') return;
      const expires_at = ttlOf(notice);
      await put({ ...everybodyKey(notice.noticeId), notice_id: notice.noticeId, expires_at });
    },

    async get(noticeId) {
      const Key = noticeKey(noticeId);
      const answer = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return answer.Item && toNotice(answer.Item);
    },

    async assign(notice, userIds) {
      const { noticeId } = notice;
      await pMap(
        userIds,
        (userId) =>
          client.send(
            new UpdateCommand({
              TableName,
              Key: ownKey(userId, noticeId),
              // An update, not a put: told twice, it must not undo a dismissal.
              UpdateExpression: 'SET notice_id = :id, expires_at = :expires_at',
              ExpressionAttributeValues: { ':id': noticeId, ':expires_at': ttlOf(notice) },
            }),
          ),
        { concurrency },
      );
    },

    async remove({ noticeId }) {
      await remove(noticeKey(noticeId));
      await remove(everybodyKey(noticeId));
    },

    dismiss: (userId, notice) =>
      unlessConditionFails(
        client.send(
          new UpdateCommand({
            TableName,
            Key: ownKey(userId, notice.noticeId),
            UpdateExpression: 'SET notice_id = :id, dismissed = :true, expires_at = :expires_at',
            ...(notice.audience.kind !== 'everybody' && { ConditionExpression: 'attribute_exists(pk)' }),
            ExpressionAttributeValues: {
              ':id': notice.noticeId,
              ':true': true,
              ':expires_at': ttlOf(notice),
            },
          }),
        ),
      ),

    async activeFor(userId) {
      const [everybodys, own] = await Promise.all([
        query(everybodyPartition, ''),
        query(`USER#${userId}`, ownPrefix),
      ]);
      const dismissed = new Set(own.filter((item) => item.dismissed === true).map(idOf));
      const living = [...everybodys, ...own].filter(
        (item) => Number(item.expires_at) > epochSeconds(clock.now()) && !dismissed.has(idOf(item)),
      );
      const keys = [...new Set(living.map(idOf))].map(noticeKey);
      const notices = (await batchGet(client, TableName, keys)).map(toNotice);
      const now = isoTime(clock.now());
      return notices
        .filter(({ expiresAt }) => expiresAt > now)
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
        .slice(0, limits.noticesPerPersonMax);
    },
  };
}

function idOf(item: Item): string {
  return String(item.notice_id);
}

function ttlOf({ expiresAt }: Notice): number {
  return epochSeconds(Date.parse(expiresAt));
}

function noticeItem(notice: Notice): Item {
  return {
    ...noticeKey(notice.noticeId),
    notice_id: notice.noticeId,
    audience: notice.audience,
    code: notice.code,
    params: notice.params,
    severity: notice.severity,
    created_at: notice.createdAt,
    ends_at: notice.expiresAt,
    expires_at: ttlOf(notice),
  };
}

function toNotice(item: Item): Notice {
  return {
    noticeId: String(item.notice_id),
    audience: item.audience as Notice['audience'],
    code: String(item.code),
    params: item.params as Notice['params'],
    severity: item.severity as Notice['severity'],
    createdAt: String(item.created_at),
    expiresAt: String(item.ends_at),
  };
}
