/**
 * The settings of a queue and their form as SQS attributes, where everything is a string.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
import type { QueueDefinition } from '../contracts.ts';
import { SqsError } from './sqs-errors.ts';

export interface QueueSettings extends QueueDefinition {
  readonly receiveWaitSeconds: number;
  /** Attributes that are kept and shown but change nothing here: encryption, access policy, throughput limit. */
  readonly inert: Readonly<Record<string, string>>;
}

export type QueueAttributes = Readonly<Record<string, string>>;

const wholeNumbers = {
  VisibilityTimeout: { field: 'visibilityTimeoutSeconds', min: 0, max: 43_200, initial: 30 },
  MessageRetentionPeriod: { field: 'messageRetentionSeconds', min: 60, max: 1_209_600, initial: 345_600 },
  DelaySeconds: { field: 'delaySeconds', min: 0, max: 900, initial: 0 },
  MaximumMessageSize: { field: 'maximumMessageBytes', min: 1_024, max: 1_048_576, initial: 1_048_576 },
  ReceiveMessageWaitTimeSeconds: { field: 'receiveWaitSeconds', min: 0, max: 20, initial: 0 },
} as const;

const inertNames = new Set([
  'Policy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'FifoThroughputLimit',
]);

export function settingsOf(definition: QueueDefinition): QueueSettings {
  checkName(definition.name, definition.fifo);
  const settings = { ...definition, receiveWaitSeconds: 0, inert: {} };
  for (const [name, { field }] of Object.entries(wholeNumbers)) wholeNumber(name, String(settings[field]));
  return settings;
}

/** @throws SqsError InvalidAttributeName or InvalidAttributeValue, or InvalidParameterValue for the queue's name. */
export function newSettings(name: string, attributes: QueueAttributes): QueueSettings {
  const fifo = attributes.FifoQueue === 'true';
  checkName(name, fifo);
  const initial: QueueSettings = {
    name,
    fifo,
    contentBasedDeduplication: false,
    deduplicationScope: 'queue',
    visibilityTimeoutSeconds: wholeNumbers.VisibilityTimeout.initial,
    messageRetentionSeconds: wholeNumbers.MessageRetentionPeriod.initial,
    delaySeconds: wholeNumbers.DelaySeconds.initial,
    maximumMessageBytes: wholeNumbers.MaximumMessageSize.initial,
    receiveWaitSeconds: wholeNumbers.ReceiveMessageWaitTimeSeconds.initial,
    inert: {},
  };
  return changedSettings(initial, attributes);
}

/** The settings with these attributes applied; an empty RedrivePolicy or Policy takes it away. */
export function changedSettings(settings: QueueSettings, attributes: QueueAttributes): QueueSettings {
  return Object.entries(attributes).reduce(withAttribute, settings);
}

function withAttribute(settings: QueueSettings, [name, value]: [string, string]): QueueSettings {
  if (isWholeNumberAttribute(name)) {
    return { ...settings, [wholeNumbers[name].field]: wholeNumber(name, value) };
  }
  if (name === 'RedrivePolicy') return { ...settings, redrive: parseRedrivePolicy(value) };
  if (inertNames.has(name)) return { ...settings, inert: withInert(settings.inert, name, value) };
  if (name === 'FifoQueue') {
    if (value === String(settings.fifo)) return settings;
    throw invalidValue(name);
  }
  if (!settings.fifo) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  if (name === 'ContentBasedDeduplication') {
    if (value !== 'true' && value !== 'false') throw invalidValue(name);
    return { ...settings, contentBasedDeduplication: value === 'true' };
  }
  if (name === 'DeduplicationScope') {
    if (value !== 'queue' && value !== 'messageGroup') throw invalidValue(name);
    return { ...settings, deduplicationScope: value };
  }
  throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

function withInert(inert: QueueAttributes, name: string, value: string): QueueAttributes {
  const { [name]: _replaced, ...others } = inert;
  return value === '' ? others : { ...others, [name]: value };
}

/** The attributes that come from the settings; counts, ARN and times are the queue's to add. */
export function attributesOf(settings: QueueSettings, arnOf: (queueName: string) => string): QueueAttributes {
  const attributes: Record<string, string> = { ...settings.inert };
  for (const [name, { field }] of Object.entries(wholeNumbers)) attributes[name] = String(settings[field]);
  if (settings.redrive !== undefined) {
    attributes.RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: arnOf(settings.redrive.deadLetterQueueName),
      maxReceiveCount: settings.redrive.maxReceiveCount,
    });
  }
  if (settings.fifo) {
    attributes.FifoQueue = 'true';
    attributes.ContentBasedDeduplication = String(settings.contentBasedDeduplication);
    attributes.DeduplicationScope = settings.deduplicationScope;
    attributes.FifoThroughputLimit ??= 'perQueue';
  }
  return attributes;
}

function checkName(name: string, fifo: boolean): void {
  const suffix = fifo ? '.fifo' : '';
  const stem = name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : '';
  if (name.length <= 80 && /^[A-Za-z0-9_-]+$/.test(stem)) return;
  const rule = 'can only include alphanumeric characters, hyphens, or underscores';
  throw new SqsError(
    'InvalidParameterValue',
    fifo
      ? `The name of a FIFO queue ${rule}, must end with .fifo suffix and be 1 to 80 in length.`
      : `The name of a queue ${rule}. 1 to 80 in length.`,
  );
}

function isWholeNumberAttribute(name: string): name is keyof typeof wholeNumbers {
  return Object.hasOwn(wholeNumbers, name);
}

function wholeNumber(name: string, value: string): number {
  const limits = isWholeNumberAttribute(name) ? wholeNumbers[name] : undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (limits === undefined || !(number >= limits.min && number <= limits.max)) throw invalidValue(name);
  return number;
}

function parseRedrivePolicy(value: string): QueueSettings['redrive'] {
  if (value === '') return undefined;
  const policy = parseJsonObject(value);
  const arn = policy.deadLetterTargetArn;
  const maxReceiveCount = Number(policy.maxReceiveCount);
  const deadLetterQueueName =
    typeof arn === 'string' ? /^arn:aws[^:]*:sqs:[^:]*:\d+:(.+)$/.exec(arn)?.[1] : undefined;
  if (deadLetterQueueName === undefined || !Number.isInteger(maxReceiveCount))
    throw invalidValue('RedrivePolicy');
  if (maxReceiveCount < 1 || maxReceiveCount > 1_000) throw invalidValue('RedrivePolicy');
  return { deadLetterQueueName, maxReceiveCount };
}

function parseJsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function invalidValue(name: string): SqsError {
  return new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}
