/**
 * What SQS accepts in a message.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
import type { MessageAttributes } from './queue-message.ts';
import type { QueueSettings } from './queue-settings.ts';
import { invalidParameter, missingParameter, SqsError } from './sqs-errors.ts';

export interface SendRequest {
  readonly body: string;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delaySeconds?: number | undefined;
  readonly attributes?: MessageAttributes | undefined;
  readonly traceHeader?: string | undefined;
}

/** Under the `u` flag a surrogate matches only if it is a lone one. */
const forbiddenCharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const idPattern = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;
const attributeNamePattern = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;
const attributeTypePattern = /^(String|Number|Binary)(\..{1,249})?$/;

const messageAttributesMax = 10;
const delaySecondsMax = 900;

/** @throws SqsError what SQS answers for the first thing that is wrong. */
export function checkSendRequest(request: SendRequest, settings: QueueSettings): void {
  if (request.body === '') throw missingParameter('MessageBody');
  checkCharacters(request.body, 'Message body');
  checkAttributes(request.attributes ?? {});
  if (settings.fifo) checkFifoParameters(request, settings);
  else checkStandardParameters(request);
  if (messageBytes(request) > settings.maximumMessageBytes) {
    throw new SqsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${settings.maximumMessageBytes} bytes.`,
    );
  }
}

/** Body and attributes count; names and types too. */
export function messageBytes(request: SendRequest): number {
  let bytes = Buffer.byteLength(request.body);
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(request.attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(dataType);
    bytes +=
      binaryValue === undefined
        ? Buffer.byteLength(stringValue ?? '')
        : Buffer.byteLength(binaryValue, 'base64');
  }
  return bytes;
}

function checkCharacters(text: string, what: string): void {
  if (forbiddenCharacter.test(text)) {
    throw new SqsError(
      'InvalidMessageContents',
      `${what} has characters that are not allowed. Allowed are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.`,
    );
  }
}

function checkFifoParameters(request: SendRequest, settings: QueueSettings): void {
  if (request.groupId === undefined) throw missingParameter('MessageGroupId');
  checkId('MessageGroupId', request.groupId);
  if (request.deduplicationId !== undefined) checkId('MessageDeduplicationId', request.deduplicationId);
  else if (!settings.contentBasedDeduplication) {
    throw new SqsError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  // On FIFO queues a delay belongs to the queue, not to a message.
  if (request.delaySeconds !== undefined && request.delaySeconds !== 0) {
    throw notForThisQueueType('DelaySeconds', request.delaySeconds);
  }
}

function checkStandardParameters(request: SendRequest): void {
  if (request.deduplicationId !== undefined) {
    throw notForThisQueueType('MessageDeduplicationId', request.deduplicationId);
  }
  if (request.groupId !== undefined) checkId('MessageGroupId', request.groupId);
  const { delaySeconds } = request;
  if (delaySeconds !== undefined && !isWholeNumber(delaySeconds, 0, delaySecondsMax)) {
    throw invalidParameter('DelaySeconds', delaySeconds, 'DelaySeconds must be >= 0 and <= 900.');
  }
}

function notForThisQueueType(name: string, value: unknown): SqsError {
  return invalidParameter(
    name,
    value,
    'The request include parameter that is not valid for this queue type.',
  );
}

function checkId(name: string, value: string): void {
  if (!idPattern.test(value)) {
    throw invalidParameter(
      name,
      value,
      `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
}

function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > messageAttributesMax) {
    throw new SqsError(
      'InvalidParameterValue',
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${messageAttributesMax}].`,
    );
  }
  for (const [name, { dataType, stringValue, binaryValue }] of entries) {
    if (!attributeNamePattern.test(name)) throw wrongAttribute(name, 'name');
    if (!attributeTypePattern.test(dataType)) throw wrongAttribute(name, 'type');
    const value = dataType.startsWith('Binary') ? binaryValue : stringValue;
    if (value === undefined || value === '') throw wrongAttribute(name, 'value');
    if (stringValue !== undefined) checkCharacters(stringValue, `Message attribute ${name}`);
  }
}

function wrongAttribute(name: string, part: string): SqsError {
  return new SqsError('InvalidParameterValue', `The message attribute '${name}' has an invalid ${part}.`);
}

export function isWholeNumber(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
