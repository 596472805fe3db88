import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { batchGet } from '../dynamo-batch-get.ts';
import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import type { Report, ReportState } from './report.ts';
import { queueKey, queuePartition, reportKey } from './report-keys.ts';
import type { ReportStore } from './report-store.ts';

type Item = Record<string, unknown>;

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly moderationTable: string;
  readonly backoff: Backoff;
}

/** Reporting writes two items in a transaction (4 units and more with a long message); settling writes three. */
export function dynamoReportStore({ client, moderationTable: TableName, backoff }: Deps): ReportStore {
  /** False when a condition did not hold. */
  const write = async (items: TransactItems): Promise<boolean> => {
    const reasons = await transactWriteWithRetry(client, items, backoff);
    if (!reasons) return true;
    if (hasCode(reasons, 'ConditionalCheckFailed')) return false;
    throw new Error(`a report could not be written: ${codes(reasons)}`);
  };
  const enqueue = (status: Report['status'], report: Report) => ({
    Put: { TableName, Item: { ...queueKey(status, report), report_id: report.reportId } },
  });

  return {
    async add(report) {
      const item = { ...reportKey(report.reportId), ...reportItem(report) };
      const absent = 'attribute_not_exists(pk)';
      await write([
        { Put: { TableName, Item: item, ConditionExpression: absent } },
        enqueue(report.status, report),
      ]);
    },

    async get(reportId) {
      const answer = await client.send(
        new GetCommand({ TableName, Key: reportKey(reportId), ConsistentRead: true }),
      );
      return answer.Item && toReport(answer.Item);
    },

    async list(status, { limit, after }) {
      const answer = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: after === undefined ? 'pk = :queue' : 'pk = :queue AND sk > :after',
          ExpressionAttributeValues: {
            ':queue': queuePartition(status),
            ...(after !== undefined && { ':after': after }),
          },
          ConsistentRead: true,
          Limit: limit,
        }),
      );
      const rows = answer.Items ?? [];
      const keys = rows.map(({ report_id }) => reportKey(String(report_id)));
      const items = await batchGet(client, TableName, keys, { consistent: true, backoff });
      const reports = new Map(items.map(toReport).map((report) => [report.reportId, report]));
      return {
        // One that was settled between the two reads is in another queue now.
        reports: rows.flatMap(({ report_id }) => {
          const report = reports.get(String(report_id));
          return report?.status === status ? [report] : [];
        }),
        next: answer.LastEvaluatedKey && String(rows.at(-1)?.sk),
      };
    },

    async settle(report, to) {
      const settled = {
        Update: { TableName, Key: reportKey(report.reportId), ...settlementUpdate(report, to) },
      };
      if (report.status === to.status) return await write([settled]);
      const dequeue = { Delete: { TableName, Key: queueKey(report.status, report) } };
      return await write([settled, dequeue, enqueue(to.status, report)]);
    },
  };
}

/** Only while the report is as it was read. */
function settlementUpdate(from: ReportState, to: ReportState) {
  const before = settlementOf(from);
  const after = settlementOf(to);
  return {
    UpdateExpression: `SET #status = :to${after ? ', settlement = :after' : ' REMOVE settlement'}`,
    ConditionExpression: `#status = :from AND ${before ? 'settlement = :before' : 'attribute_not_exists(settlement)'}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':from': from.status,
      ':to': to.status,
      ...(before && { ':before': before }),
      ...(after && { ':after': after }),
    },
  };
}

function settlementOf(state: ReportState) {
  return state.status === 'open' ? undefined : state.settlement;
}

/** What is undefined here has no attribute. */
function reportItem(report: Report): Item {
  return {
    report_id: report.reportId,
    status: report.status,
    reporter_id: report.reporterId,
    reported_id: report.reportedId,
    category: report.category,
    created_at: report.createdAt,
    ...(report.note !== undefined && { note: report.note }),
    ...(report.message && { message: report.message }),
    ...(report.status !== 'open' && { settlement: report.settlement }),
  };
}

function toReport(item: Item): Report {
  const state =
    item.status === 'open'
      ? { status: 'open' as const }
      : ({ status: item.status, settlement: item.settlement } as ReportState);
  return {
    ...state,
    reportId: String(item.report_id),
    reporterId: String(item.reporter_id),
    reportedId: String(item.reported_id),
    category: item.category as Report['category'],
    createdAt: String(item.created_at),
    ...(typeof item.note === 'string' && { note: item.note }),
    ...(item.message !== undefined && { message: item.message as NonNullable<Report['message']> }),
  };
}
