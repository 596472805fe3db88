/**
 * The errors of SQS as its JSON protocol shows them: the shape in `__type`, the code of the older query protocol in
 * the header `x-amzn-query-error`, and the HTTP status.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and the errors of each action there.
 */
const sqs = 'com.amazonaws.sqs#';
const coral = 'com.amazon.coral.service#';
const simpleQueueService = 'AWS.SimpleQueueService.';

const errorTable = {
  BatchEntryIdsNotDistinct: { namespace: sqs, queryPrefix: simpleQueueService, status: 400 },
  BatchRequestTooLong: { namespace: sqs, queryPrefix: simpleQueueService, status: 400 },
  EmptyBatchRequest: { namespace: sqs, queryPrefix: simpleQueueService, status: 400 },
  InvalidAddress: { namespace: sqs, status: 404 },
  InvalidAttributeName: { namespace: sqs, status: 400 },
  InvalidAttributeValue: { namespace: sqs, status: 400 },
  InvalidBatchEntryId: { namespace: sqs, queryPrefix: simpleQueueService, status: 400 },
  InvalidMessageContents: { namespace: sqs, status: 400 },
  MessageNotInflight: { namespace: sqs, queryPrefix: simpleQueueService, status: 400 },
  PurgeQueueInProgress: { namespace: sqs, queryPrefix: simpleQueueService, status: 403 },
  QueueDoesNotExist: { namespace: sqs, queryCode: `${simpleQueueService}NonExistentQueue`, status: 400 },
  QueueNameExists: { namespace: sqs, queryCode: 'QueueAlreadyExists', status: 400 },
  ReceiptHandleIsInvalid: { namespace: sqs, status: 404 },
  ResourceNotFoundException: { namespace: sqs, status: 404 },
  TooManyEntriesInBatchRequest: { namespace: sqs, queryPrefix: simpleQueueService, status: 400 },
  AccessDeniedException: { namespace: coral, status: 403 },
  InvalidParameterValue: { namespace: coral, shape: 'InvalidParameterValueException', status: 400 },
  MissingParameter: { namespace: coral, shape: 'MissingRequiredParameterException', status: 400 },
  SerializationException: { namespace: coral, status: 400 },
  UnknownOperationException: { namespace: coral, status: 404 },
  RequestEntityTooLarge: { namespace: coral, status: 413 },
  InternalFailure: { namespace: coral, status: 500 },
} as const satisfies Record<
  string,
  { namespace: string; status: number; shape?: string; queryCode?: string; queryPrefix?: string }
>;

export type SqsErrorCode = keyof typeof errorTable;

/** An error that the caller of SQS sees; in a batch it fails its own entry only. */
export class SqsError extends Error {
  readonly code: SqsErrorCode;

  constructor(code: SqsErrorCode, message: string) {
    super(message);
    this.name = 'SqsError';
    this.code = code;
  }
}

/** `{ status, type, queryError }`: what the protocol writes beside the message. */
export function errorOnTheWire(code: SqsErrorCode): { status: number; type: string; queryError: string } {
  const entry: {
    namespace: string;
    status: number;
    shape?: string;
    queryCode?: string;
    queryPrefix?: string;
  } = errorTable[code];
  const queryCode = entry.queryCode ?? `${entry.queryPrefix ?? ''}${code}`;
  const fault = entry.status >= 500 ? 'Receiver' : 'Sender';
  return {
    status: entry.status,
    type: `${entry.namespace}${entry.shape ?? code}`,
    queryError: `${queryCode};${fault}`,
  };
}

export function invalidParameter(name: string, value: unknown, reason: string): SqsError {
  const message = `Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`;
  return new SqsError('InvalidParameterValue', message);
}

export function missingParameter(name: string): SqsError {
  return new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

export function queueDoesNotExist(): SqsError {
  return new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
}
