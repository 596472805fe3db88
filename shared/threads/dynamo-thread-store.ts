import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { messagePartition, replySortKey, threadSortKey } from '../messages/message-keys.ts';
import type { ThreadStore } from './thread-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly messagesTable: string;
}

interface Rows {
  readonly convoId: string;
  /** Sort keys, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly newestFirst?: boolean;
  /** Read at once; a filter counts after that. */
  readonly pageSize?: number;
  /** Only rows whose attribute is up to this. */
  readonly atMost?: { readonly name: 'first_seq' | 'seq'; readonly value: number };
}

export function dynamoThreadStore({ client, messagesTable }: Deps): ThreadStore {
  async function* rows({ convoId, from, to, newestFirst = false, pageSize, atMost }: Rows) {
    if (from > to) return;
    const pages = paginateQuery(
      { client, ...(pageSize !== undefined && { pageSize }) },
      {
        TableName: messagesTable,
        KeyConditionExpression: 'pk = :conversation AND sk BETWEEN :from AND :to',
        ...(atMost && { FilterExpression: `${atMost.name} <= :most` }),
        ExpressionAttributeValues: {
          ':conversation': messagePartition(convoId),
          ':from': from,
          ':to': to,
          ...(atMost && { ':most': atMost.value }),
        },
        ScanIndexForward: !newestFirst,
        ConsistentRead: true,
      },
    );
    for await (const page of pages) yield* page.Items ?? [];
  }

  return {
    async roots(convoId, { after, before, startedBy, limit }) {
      const found: number[] = [];
      const range: Rows = {
        convoId,
        from: threadSortKey(after + 1),
        to: threadSortKey(before - 1),
        newestFirst: true,
        pageSize: limit,
        atMost: { name: 'first_seq', value: startedBy },
      };
      for await (const row of rows(range)) {
        found.push(Number(row.root));
        if (found.length === limit) break;
      }
      return found;
    },

    async replies(convoId, root, from, to) {
      const seqs: number[] = [];
      const range = { convoId, from: replySortKey(root, from), to: replySortKey(root, to) };
      for await (const row of rows(range)) seqs.push(Number(row.seq));
      return seqs;
    },

    async countUpTo(convoId, root, seq) {
      const range: Rows = {
        convoId,
        from: replySortKey(root, 1),
        to: replySortKey(root, lastNumber),
        newestFirst: true,
        pageSize: rowsAtOnce,
        atMost: { name: 'seq', value: seq },
      };
      for await (const row of rows(range)) return Number(row.thread_seq);
      return 0;
    },
  };
}

/** What was read lately is what one asks for: seldom more than one page. */
const rowsAtOnce = 50;
/** As many digits as a sort key has. */
const lastNumber = 999_999_999_999;
