import * as z from 'zod/mini';
import type { EventSource, FilterPattern } from '../../contracts.ts';
import { parseFilterPattern } from '../../event-sources/filter-pattern.ts';
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
  MaximumBatchingWindowInSeconds: z._default(wholeNumber, 0),
  /** -1: until the record expires. */
  MaximumRecordAgeInSeconds: z._default(z.int(), -1),
  FilterCriteria: z._default(
    z.object({ Filters: z._default(z.array(z.object({ Pattern: z.string() })), []) }),
    {
      Filters: [],
    },
  ),
  DestinationConfig: z.optional(z.object({ OnFailure: z.optional(z.object({ Destination: z.string() })) })),
});

const inert = ['KmsKeyArn', 'MetricsConfig'];

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
const recordAgeMinSeconds = 60;
const recordAgeMaxSeconds = 604_800;
const batchingWindowMaxSeconds = 300;
const filtersMax = 5;

/** AWS::Lambda::EventSourceMapping of a queue or a table's stream. */
export const eventSourceMapping: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, mappingProperties, inert);
  if (properties.Enabled) draft.eventSources.push(toEventSource(resource, properties));
  return { ref: `${resource.stackName}-${resource.logicalId}`, attributes: {} };
};

type Properties = z.infer<typeof mappingProperties>;

function toEventSource(resource: Resource, properties: Properties): EventSource {
  const { EventSourceArn, BatchSize } = properties;
  const both = {
    functionName: functionNameOf(properties.FunctionName),
    reportBatchItemFailures: properties.FunctionResponseTypes.length > 0,
  };
  if (EventSourceArn.includes(':sqs:')) {
    if (properties.FilterCriteria.Filters.length > 0) {
      throw resourceError(resource, 'FilterCriteria are not supported for a queue on a laptop');
    }
    // Its batching window is not waited for: that makes batches smaller and changes no outcome.
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
  return {
    kind: 'dynamodb-stream',
    ...both,
    tableName,
    batchSize: BatchSize ?? 100,
    bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError,
    maximumRetryAttempts: properties.MaximumRetryAttempts < 0 ? undefined : properties.MaximumRetryAttempts,
    maximumRecordAgeMs: recordAgeOf(resource, properties),
    maximumBatchingWindowMs: batchingWindowOf(resource, properties),
    filters: filtersOf(resource, properties),
    startingPosition: properties.StartingPosition,
    parallelizationFactor: properties.ParallelizationFactor,
    onFailureQueueName: onFailureQueueOf(resource, properties),
  };
}

function recordAgeOf(resource: Resource, { MaximumRecordAgeInSeconds: age }: Properties): number | undefined {
  if (age === -1) return undefined;
  if (age >= recordAgeMinSeconds && age <= recordAgeMaxSeconds) return age * 1000;
  const allowed = `-1, or from ${recordAgeMinSeconds} to ${recordAgeMaxSeconds}`;
  throw resourceError(resource, `MaximumRecordAgeInSeconds is ${age}; it must be ${allowed}`);
}

function batchingWindowOf(resource: Resource, properties: Properties): number {
  const seconds = properties.MaximumBatchingWindowInSeconds;
  if (seconds <= batchingWindowMaxSeconds) return seconds * 1000;
  throw resourceError(
    resource,
    `MaximumBatchingWindowInSeconds is ${seconds}; it must be ${batchingWindowMaxSeconds} at most`,
  );
}

function filtersOf(resource: Resource, { FilterCriteria: { Filters } }: Properties): FilterPattern[] {
  if (Filters.length > filtersMax) {
    throw resourceError(resource, `there are ${Filters.length} filters, and ${filtersMax} is the limit`);
  }
  return Filters.map(({ Pattern }) => {
    try {
      return parseFilterPattern(Pattern);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw resourceError(resource, `the filter pattern ${Pattern} ${problem}`);
    }
  });
}

function onFailureQueueOf(resource: Resource, { DestinationConfig }: Properties): string | undefined {
  const destination = DestinationConfig?.OnFailure?.Destination;
  if (destination === undefined) return undefined;
  if (destination.includes(':sqs:')) return queueNameOf(destination);
  throw resourceError(resource, `the on-failure destination ${destination} is no queue`);
}
