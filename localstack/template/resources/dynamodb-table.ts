import * as z from 'zod/mini';
import { arnOf, flag, physicalName, type ResourceHandler, readProperties } from '../resource.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const index = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.optional(z.array(z.string())),
  }),
});
const streamView = z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']);

const tableProperties = z.object({
  TableName: z.optional(z.string()),
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z._default(z.array(index), []),
  LocalSecondaryIndexes: z._default(z.array(index), []),
  StreamSpecification: z.optional(z.object({ StreamViewType: streamView })),
  TimeToLiveSpecification: z.optional(
    z.object({ AttributeName: z.optional(z.string()), Enabled: z._default(flag, true) }),
  ),
});

/** Encryption, capacity, backups and protection: a laptop's disk is the developer's own. */
const inert = [
  'BillingMode',
  'ContributorInsightsSpecification',
  'DeletionProtectionEnabled',
  'KinesisStreamSpecification',
  'OnDemandThroughput',
  'PointInTimeRecoverySpecification',
  'ProvisionedThroughput',
  'Replicas',
  'ResourcePolicy',
  'SSESpecification',
  'TableClass',
  'WarmThroughput',
  'WriteOnDemandThroughputSettings',
  'WriteProvisionedThroughputSettings',
];

/** AWS::DynamoDB::Table, and AWS::DynamoDB::GlobalTable as its one local replica. */
export const table: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, tableProperties, inert);
  const name = properties.TableName ?? physicalName(resource, 255);
  const ttl = properties.TimeToLiveSpecification;
  draft.tables.push({
    name,
    attributes: properties.AttributeDefinitions,
    keys: properties.KeySchema,
    globalIndexes: properties.GlobalSecondaryIndexes.map(toIndex),
    localIndexes: properties.LocalSecondaryIndexes.map(toIndex),
    streamViewType: properties.StreamSpecification?.StreamViewType,
    timeToLiveAttribute: ttl?.Enabled ? ttl.AttributeName : undefined,
  });
  const arn = arnOf(resource, 'dynamodb', `table/${name}`);
  // The label of a stream is known only to the database; a mapping finds the stream by its table.
  return { ref: name, attributes: { Arn: arn, StreamArn: `${arn}/stream/current`, TableId: name } };
};

function toIndex({ Projection, ...rest }: z.infer<typeof index>) {
  const { ProjectionType, NonKeyAttributes } = Projection;
  return { ...rest, Projection: { ProjectionType, ...(NonKeyAttributes && { NonKeyAttributes }) } };
}

/** Undoes `StreamArn`. */
export function tableNameOfStream(streamArn: string): string | undefined {
  return /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];
}
