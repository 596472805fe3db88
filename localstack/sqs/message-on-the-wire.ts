/** Messages between their form in the protocol and in the engine. */
import type { ReceivedMessage } from '../contracts.ts';
import { md5OfAttributes } from './message-checksums.ts';
import type { SendResult } from './message-queue.ts';
import type { SendRequest } from './message-validation.ts';
import type { ReceiveInput, SendFields, WireMessageAttributes } from './protocol-schemas.ts';
import type { MessageAttributes } from './queue-message.ts';
import { SqsError } from './sqs-errors.ts';

export function sendRequest(fields: SendFields): SendRequest {
  const system = parseAttributes(fields.MessageSystemAttributes);
  for (const name of Object.keys(system)) {
    if (name !== 'AWSTraceHeader') {
      throw new SqsError('InvalidParameterValue', `Message system attribute name '${name}' is invalid.`);
    }
  }
  return {
    body: fields.MessageBody,
    groupId: fields.MessageGroupId,
    deduplicationId: fields.MessageDeduplicationId,
    delaySeconds: fields.DelaySeconds,
    attributes: parseAttributes(fields.MessageAttributes),
    traceHeader: system.AWSTraceHeader?.stringValue,
  };
}

/** The answer to SendMessage; the checksum of the system attributes is over what was sent. */
export function sendAnswer(result: SendResult, fields: SendFields): object {
  return {
    MessageId: result.messageId,
    MD5OfMessageBody: result.md5OfBody,
    MD5OfMessageAttributes: result.md5OfAttributes,
    MD5OfMessageSystemAttributes: md5OfAttributes(parseAttributes(fields.MessageSystemAttributes)),
    SequenceNumber: result.sequenceNumber,
  };
}

/**
 * Attributes are shown as far as they were asked for; the checksum is over those that are shown.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
export function messageAnswer(message: ReceivedMessage, input: ReceiveInput): object {
  const systemNames = [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])];
  const system = pick(
    message.attributes,
    (name) => systemNames.includes(name) || systemNames.includes('All'),
  );
  const custom = pick(message.messageAttributes, nameFilter(input.MessageAttributeNames ?? []));
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: message.md5OfBody,
    Attributes: unlessEmpty(system),
    MessageAttributes: unlessEmpty(showAttributes(custom)),
    MD5OfMessageAttributes: md5OfAttributes(custom),
  };
}

function parseAttributes(wire: WireMessageAttributes): MessageAttributes {
  const attributes: Record<string, MessageAttributes[string]> = {};
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(wire ?? {})) {
    attributes[name] = {
      dataType: DataType,
      ...(StringValue === undefined ? {} : { stringValue: StringValue }),
      ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
    };
  }
  return attributes;
}

function showAttributes(attributes: MessageAttributes): Record<string, object> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue },
    ]),
  );
}

/** `All`, `.*`, a name, or the start of names as `bar.*`. */
function nameFilter(patterns: readonly string[]): (name: string) => boolean {
  return (name) =>
    patterns.some(
      (pattern) =>
        pattern === 'All' ||
        pattern === name ||
        (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -'.*'.length))),
    );
}

function pick<T>(all: Readonly<Record<string, T>>, wanted: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
}

function unlessEmpty<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
