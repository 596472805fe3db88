import * as z from 'zod/mini';
import type { EventSource } from '../../contracts.ts';
import {
  flag,
  functionNameOf,
  queueNameOf,
  type Resource,
  type ResourceHandler,
  readProperties,
  resourceError,
  wholeNumber,
} from '../resource.ts';
import { tableNameOfStream } from './dynamodb-table.ts';

const mappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z._default(flag, true),
  BatchSize: z.optional(wholeNumber),
  FunctionResponseTypes: z._default(z.array(z.literal('ReportBatchItemFailures')), []),
  ScalingConfig: z.optional(z.object({ MaximumConcurrency: z.optional(wholeNumber) })),
  BisectBatchOnFunctionError: z._default(flag, false),
  /** -1: until the record expires. */
  MaximumRetryAttempts: z._default(z.int(), -1),
  StartingPosition: z._default(z.enum(['TRIM_HORIZON', 'LATEST']), 'TRIM_HORIZON'),
  ParallelizationFactor: z._default(wholeNumber, 1),
  DestinationConfig: z.optional(z.object({ OnFailure: z.optional(z.object({ Destination: z.string() })) })),
});

/** Waiting longer for a fuller batch, or giving up on records that are a day old, changes no outcome on a laptop. */
const inert = ['KmsKeyArn', 'MaximumBatchingWindowInSeconds', 'MaximumRecordAgeInSeconds', 'MetricsConfig'];

/** AWS::Lambda::EventSourceMapping of a queue or a table's stream. */
export const eventSourceMapping: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, mappingProperties, inert);
  if (properties.Enabled) draft.eventSources.push(toEventSource(resource, properties));
  return { ref: `${resource.stackName}-${resource.logicalId}`, attributes: {} };
};

function toEventSource(resource: Resource, properties: z.infer<typeof mappingProperties>): EventSource {
  const { EventSourceArn, BatchSize } = properties;
  const both = {
    functionName: functionNameOf(properties.FunctionName),
    reportBatchItemFailures: properties.FunctionResponseTypes.length > 0,
  };
  if (EventSourceArn.includes(':sqs:')) {
    return {
      kind: 'sqs',
      ...both,
      queueName: queueNameOf(EventSourceArn),
      batchSize: BatchSize ?? 10,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
    };
  }
  const tableName = tableNameOfStream(EventSourceArn);
  if (tableName === undefined) {
    throw resourceError(
      resource,
      `the event source ${EventSourceArn} is neither a queue nor a table's stream`,
    );
  }
  const destination = properties.DestinationConfig?.OnFailure?.Destination;
  return {
    kind: 'dynamodb-stream',
    ...both,
    tableName,
    batchSize: BatchSize ?? 100,
    bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError,
    maximumRetryAttempts: properties.MaximumRetryAttempts < 0 ? undefined : properties.MaximumRetryAttempts,
    startingPosition: properties.StartingPosition,
    parallelizationFactor: properties.ParallelizationFactor,
    onFailureQueueName: destination === undefined ? undefined : queueNameOf(destination),
  };
}
