/** The actions of the protocol, each as one call of the engine. */
import type * as z from 'zod/mini';
import type { BatchResult } from './batches.ts';
import { messageAnswer, sendAnswer, sendRequest } from './message-on-the-wire.ts';
import { isWholeNumber } from './message-validation.ts';
import { inputs } from './protocol-schemas.ts';
import type { QueueEngine } from './queue-engine.ts';
import { invalidParameter, missingParameter, queueDoesNotExist, SqsError } from './sqs-errors.ts';

export interface ActionContext {
  readonly engine: QueueEngine;
  /** The URL under which this server knows a queue. */
  readonly queueUrl: (name: string) => string;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

type Action = (input: unknown, context: ActionContext) => object | Promise<object>;

const waitSecondsMax = 20;

const queueActions: Record<string, Action> = {
  CreateQueue: action(inputs.CreateQueue, ({ QueueName, Attributes }, { engine, queueUrl }) => {
    engine.createQueue(QueueName, Attributes);
    return { QueueUrl: queueUrl(QueueName) };
  }),
  DeleteQueue: action(inputs.Queue, ({ QueueUrl }, { engine }) => {
    engine.deleteQueue(queueName(QueueUrl));
    return {};
  }),
  GetQueueUrl: action(inputs.GetQueueUrl, ({ QueueName }, { engine, queueUrl }) => {
    engine.queueArn(QueueName);
    return { QueueUrl: queueUrl(QueueName) };
  }),
  ListQueues: action(inputs.ListQueues, ({ QueueNamePrefix }, { engine, queueUrl }) => {
    const names = engine.queueNames(QueueNamePrefix);
    return names.length === 0 ? {} : { QueueUrls: names.map(queueUrl) };
  }),
  ListDeadLetterSourceQueues: action(inputs.Queue, ({ QueueUrl }, { engine, queueUrl }) => ({
    queueUrls: engine.deadLetterSourceQueues(queueName(QueueUrl)).map(queueUrl),
  })),
  GetQueueAttributes: action(inputs.GetQueueAttributes, ({ QueueUrl, AttributeNames = [] }, { engine }) => {
    const attributes = Object.entries(engine.queueAttributes(queueName(QueueUrl))).filter(
      ([name]) => AttributeNames.includes('All') || AttributeNames.includes(name),
    );
    return attributes.length === 0 ? {} : { Attributes: Object.fromEntries(attributes) };
  }),
  SetQueueAttributes: action(inputs.SetQueueAttributes, ({ QueueUrl, Attributes }, { engine }) => {
    engine.setQueueAttributes(queueName(QueueUrl), Attributes);
    return {};
  }),
  PurgeQueue: action(inputs.Queue, ({ QueueUrl }, { engine }) => {
    engine.purgeQueue(queueName(QueueUrl));
    return {};
  }),
  StartMessageMoveTask: action(inputs.StartMessageMoveTask, ({ SourceArn, DestinationArn }, { engine }) => ({
    TaskHandle: engine.startMessageMoveTask(SourceArn, DestinationArn).taskHandle,
  })),
  ListMessageMoveTasks: action(inputs.ListMessageMoveTasks, ({ SourceArn, MaxResults }, { engine }) => ({
    Results: engine.listMessageMoveTasks(SourceArn, MaxResults).map((task) => ({
      SourceArn: task.sourceArn,
      DestinationArn: task.destinationArn,
      Status: task.status,
      ApproximateNumberOfMessagesMoved: task.messagesMoved,
      ApproximateNumberOfMessagesToMove: task.messagesToMove,
      StartedTimestamp: task.startedMs,
      FailureReason: task.failureReason,
    })),
  })),
};

const messageActions: Record<string, Action> = {
  SendMessage: action(inputs.SendMessage, (input, { engine }) =>
    sendAnswer(engine.sendMessage(queueName(input.QueueUrl), sendRequest(input)), input),
  ),
  SendMessageBatch: action(inputs.SendMessageBatch, ({ QueueUrl, Entries }, { engine }) => {
    const requests = Entries.map((entry) => ({ id: entry.Id, ...sendRequest(entry) }));
    const fieldsOf = new Map(Entries.map((entry) => [entry.Id, entry]));
    return batchAnswer(engine.sendMessageBatch(queueName(QueueUrl), requests), (id, result) => {
      const fields = fieldsOf.get(id);
      return fields === undefined ? {} : sendAnswer(result, fields);
    });
  }),
  ReceiveMessage: action(inputs.ReceiveMessage, async (input, { engine, signal }) => {
    const { WaitTimeSeconds } = input;
    if (WaitTimeSeconds !== undefined && !isWholeNumber(WaitTimeSeconds, 0, waitSecondsMax)) {
      throw invalidParameter('WaitTimeSeconds', WaitTimeSeconds, 'Must be >= 0 and <= 20, if provided.');
    }
    const messages = await engine.pollMessages(queueName(input.QueueUrl), {
      max: input.MaxNumberOfMessages,
      visibilityTimeoutSeconds: input.VisibilityTimeout,
      waitMs: WaitTimeSeconds === undefined ? undefined : WaitTimeSeconds * 1_000,
      signal,
    });
    return messages.length === 0
      ? {}
      : { Messages: messages.map((message) => messageAnswer(message, input)) };
  }),
  DeleteMessage: action(inputs.DeleteMessage, ({ QueueUrl, ReceiptHandle }, { engine }) => {
    engine.deleteMessage(queueName(QueueUrl), ReceiptHandle);
    return {};
  }),
  DeleteMessageBatch: action(inputs.DeleteMessageBatch, ({ QueueUrl, Entries }, { engine }) => {
    const entries = Entries.map(({ Id, ReceiptHandle }) => ({ id: Id, receiptHandle: ReceiptHandle }));
    return batchAnswer(engine.deleteMessageBatch(queueName(QueueUrl), entries), () => ({}));
  }),
  ChangeMessageVisibility: action(inputs.ChangeMessageVisibility, (input, { engine }) => {
    const { QueueUrl, ReceiptHandle, VisibilityTimeout } = input;
    engine.changeMessageVisibility(queueName(QueueUrl), ReceiptHandle, VisibilityTimeout);
    return {};
  }),
  ChangeMessageVisibilityBatch: action(
    inputs.ChangeMessageVisibilityBatch,
    ({ QueueUrl, Entries }, { engine }) => {
      const entries = Entries.map(({ Id, ReceiptHandle, VisibilityTimeout }) => ({
        id: Id,
        receiptHandle: ReceiptHandle,
        timeoutSeconds: VisibilityTimeout,
      }));
      return batchAnswer(engine.changeMessageVisibilityBatch(queueName(QueueUrl), entries), () => ({}));
    },
  ),
};

const actions = new Map(Object.entries({ ...queueActions, ...messageActions }));

/**
 * Runs the action that `x-amz-target` names, and resolves when its effects are on disk.
 *
 * @throws SqsError UnknownOperationException, MissingParameter or SerializationException for a malformed request, else
 *   what the action throws.
 */
export async function runAction(name: string, input: unknown, context: ActionContext): Promise<object> {
  const perform = actions.get(name);
  if (perform === undefined) {
    throw new SqsError('UnknownOperationException', `The action ${name} is not one of this endpoint.`);
  }
  const answer = await perform(input, context);
  await context.engine.synced();
  return answer;
}

function action<S extends z.ZodMiniType>(
  schema: S,
  run: (input: z.infer<S>, context: ActionContext) => object | Promise<object>,
): Action {
  return (input, context) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw malformedInput(parsed.error.issues[0]?.path ?? [], input);
    return run(parsed.data, context);
  };
}

function malformedInput(path: readonly PropertyKey[], input: unknown): SqsError {
  let value = input;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  const name = path.map(String).join('.');
  if (value === undefined) return missingParameter(name);
  return new SqsError('SerializationException', `${name || 'The request'} is not of the expected type.`);
}

function queueName(queueUrl: string): string {
  const name = queueUrl.split('/').at(-1);
  if (name === undefined || name === '') throw queueDoesNotExist();
  return name;
}

function batchAnswer<R>(result: BatchResult<R>, show: (id: string, result: R) => object): object {
  const successful = result.successful.map((entry) => ({ Id: entry.id, ...show(entry.id, entry.result) }));
  const failed = result.failed.map(({ id, code, message }) => ({
    Id: id,
    Code: code,
    Message: message,
    SenderFault: true,
  }));
  return { Successful: successful, ...(failed.length === 0 ? {} : { Failed: failed }) };
}
