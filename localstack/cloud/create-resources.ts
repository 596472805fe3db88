import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defineTables } from '../dynamodb/define-tables.ts';
import { startSnsProxy } from '../outbox/sns-proxy.ts';
import type { CloudPlan, TableDefinition } from '../template/cloud-plan.ts';
import { allEnded, type Closers } from './closers.ts';
import type { Credentials } from './function-environment.ts';
import { account, type LocalServices } from './local-services.ts';
import { startTopicsAndBuckets } from './topics-and-buckets.ts';

export interface Resources {
  /** undefined when the plan has neither topics nor buckets. */
  readonly bucketsEndpoint: string | undefined;
  /** Takes SMS also when the plan has no topics. */
  readonly snsEndpoint: string;
  readonly database: DynamoDBClient;
}

/** Makes the tables, queues, topics, buckets and secrets of the plan that are missing; what exists stays as it is. */
export async function createResources(
  plan: CloudPlan,
  services: LocalServices,
  where: {
    readonly credentials: Credentials;
    readonly topicsAndBucketsDir: string;
    readonly closers: Closers;
  },
): Promise<Resources> {
  const { credentials, topicsAndBucketsDir, closers } = where;
  const endpoint = services.dynamoDb.endpoint;
  const database = new DynamoDBClient({ region: account.region, endpoint, credentials });
  closers.add(() => database.destroy());
  services.sqs.defineQueues(plan.queues);
  services.secrets.store.define(plan.secrets);
  const [topicsAndBucketsEndpoint] = await allEnded([
    startTopicsAndBuckets(plan, topicsAndBucketsDir, closers),
    defineTables(database, tablesWithReadStreams(plan)),
    services.sqs.engine.synced(),
  ]);
  const sns = await startSnsProxy(services.outbox, topicsAndBucketsEndpoint);
  closers.add(() => sns.close());
  return { bucketsEndpoint: topicsAndBucketsEndpoint, snsEndpoint: sns.endpoint, database };
}

/** Only streams with a reader are kept: what nobody reads costs disk all the same; see ../dynamodb/stream-records.ts. */
function tablesWithReadStreams({ tables, eventSources }: CloudPlan): TableDefinition[] {
  const read = new Set(
    eventSources.map((source) => (source.kind === 'dynamodb-stream' ? source.tableName : '')),
  );
  return tables.map((table) => (read.has(table.name) ? table : { ...table, streamViewType: undefined }));
}
