import * as z from 'zod/mini';
import {
  arnOf,
  flag,
  physicalName,
  queueNameOf,
  type ResourceHandler,
  readProperties,
  wholeNumber,
} from '../resource.ts';

const queueProperties = z.object({
  QueueName: z.optional(z.string()),
  FifoQueue: z._default(flag, false),
  ContentBasedDeduplication: z._default(flag, false),
  DeduplicationScope: z._default(z.enum(['queue', 'messageGroup']), 'queue'),
  VisibilityTimeout: z._default(wholeNumber, 30),
  MessageRetentionPeriod: z._default(wholeNumber, 345_600),
  DelaySeconds: z._default(wholeNumber, 0),
  MaximumMessageSize: z._default(wholeNumber, 1_048_576),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: wholeNumber })),
});

const inert = [
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
];

/** AWS::SQS::Queue; the defaults are those of https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const queue: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, queueProperties, inert);
  const name = properties.QueueName ?? physicalName(resource, 80, properties.FifoQueue ? '.fifo' : '');
  const redrive = properties.RedrivePolicy;
  draft.queues.push({
    name,
    fifo: properties.FifoQueue,
    contentBasedDeduplication: properties.ContentBasedDeduplication,
    deduplicationScope: properties.DeduplicationScope,
    visibilityTimeoutSeconds: properties.VisibilityTimeout,
    messageRetentionSeconds: properties.MessageRetentionPeriod,
    delaySeconds: properties.DelaySeconds,
    maximumMessageBytes: properties.MaximumMessageSize,
    redrive: redrive && {
      deadLetterQueueName: queueNameOf(redrive.deadLetterTargetArn),
      maxReceiveCount: redrive.maxReceiveCount,
    },
  });
  const queueUrl = resource.place.queueUrl(name);
  return {
    ref: queueUrl,
    attributes: { Arn: arnOf(resource, 'sqs', name), QueueName: name, QueueUrl: queueUrl },
  };
};
