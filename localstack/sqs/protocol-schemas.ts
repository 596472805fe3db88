/**
 * The inputs of the actions in AWS JSON 1.0.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
import * as z from 'zod/mini';

const optionalText = z.optional(z.string());
const optionalNumber = z.optional(z.number());
const optionalNames = z.optional(z.array(z.string()));
const attributes = z.record(z.string(), z.string());

const messageAttributes = z.optional(
  z.nullable(
    z.record(
      z.string(),
      z.object({ DataType: z.string(), StringValue: optionalText, BinaryValue: optionalText }),
    ),
  ),
);

const queue = { QueueUrl: z.string() };

const sendFields = {
  MessageBody: z.string(),
  DelaySeconds: optionalNumber,
  MessageAttributes: messageAttributes,
  MessageSystemAttributes: messageAttributes,
  MessageGroupId: optionalText,
  MessageDeduplicationId: optionalText,
};

const sendFieldsSchema = z.object(sendFields);

export const inputs = {
  /** Actions that take nothing but a queue. */
  Queue: z.object(queue),
  CreateQueue: z.object({ QueueName: z.string(), Attributes: z.optional(attributes) }),
  GetQueueUrl: z.object({ QueueName: z.string() }),
  ListQueues: z.object({ QueueNamePrefix: optionalText }),
  GetQueueAttributes: z.object({ ...queue, AttributeNames: optionalNames }),
  SetQueueAttributes: z.object({ ...queue, Attributes: attributes }),
  SendMessage: z.object({ ...queue, ...sendFields }),
  SendMessageBatch: z.object({ ...queue, Entries: z.array(z.object({ Id: z.string(), ...sendFields })) }),
  ReceiveMessage: z.object({
    ...queue,
    MaxNumberOfMessages: optionalNumber,
    VisibilityTimeout: optionalNumber,
    WaitTimeSeconds: optionalNumber,
    AttributeNames: optionalNames,
    MessageSystemAttributeNames: optionalNames,
    MessageAttributeNames: optionalNames,
  }),
  DeleteMessage: z.object({ ...queue, ReceiptHandle: z.string() }),
  DeleteMessageBatch: z.object({
    ...queue,
    Entries: z.array(z.object({ Id: z.string(), ReceiptHandle: z.string() })),
  }),
  ChangeMessageVisibility: z.object({ ...queue, ReceiptHandle: z.string(), VisibilityTimeout: z.number() }),
  ChangeMessageVisibilityBatch: z.object({
    ...queue,
    Entries: z.array(z.object({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.number() })),
  }),
  StartMessageMoveTask: z.object({ SourceArn: z.string(), DestinationArn: optionalText }),
  ListMessageMoveTasks: z.object({ SourceArn: z.string(), MaxResults: optionalNumber }),
} as const;

export type ReceiveInput = z.infer<typeof inputs.ReceiveMessage>;
export type SendFields = z.infer<typeof sendFieldsSchema>;
export type WireMessageAttributes = z.infer<typeof messageAttributes>;
