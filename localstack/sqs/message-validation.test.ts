/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
import { describe, expect, it } from 'vitest';
import { checkSendRequest, type SendRequest } from './message-validation.ts';
import { aFifoQueue } from './queue-fixtures.ts';
import { settingsOf } from './queue-settings.ts';
import { SqsError } from './sqs-errors.ts';

const settings = settingsOf(aFifoQueue({ maximumMessageBytes: 1_024 }));

function refusal(changes: Partial<SendRequest>): string | undefined {
  try {
    checkSendRequest({ body: 'text', groupId: 'g', deduplicationId: 'd', ...changes }, settings);
    return undefined;
  } catch (error) {
    if (error instanceof SqsError) return error.code;
    throw error;
  }
}

describe('the body of a message', () => {
  it.each(['\t\n\r', ' ', '\u{D7FF}', '\u{E000}', '\u{FFFD}', '\u{10000}', '\u{10FFFF}', '👋🏽'])(
    'may have %j in it',
    (text) => {
      expect(refusal({ body: text })).toBeUndefined();
    },
  );

  it.each(['\0', '\b', '\u{1F}', '\u{FFFE}', '\u{FFFF}', '\uD800', 'a\uDC00b', '\uDC00\uD800'])(
    'may not have %j in it',
    (text) => {
      expect(refusal({ body: `a${text}b` })).toBe('InvalidMessageContents');
    },
  );

  it('has at least one character, and at most the bytes of the queue together with the attributes', () => {
    expect(refusal({ body: '' })).toBe('MissingParameter');
    expect(refusal({ body: 'x'.repeat(1_024) })).toBeUndefined();
    expect(refusal({ body: 'x'.repeat(1_025) })).toBe('InvalidParameterValue');
    expect(refusal({ body: 'ü'.repeat(513) })).toBe('InvalidParameterValue');
    const attributes = { name: { dataType: 'String', stringValue: 'value' } };
    expect(refusal({ body: 'x'.repeat(1_009), attributes })).toBeUndefined();
    expect(refusal({ body: 'x'.repeat(1_010), attributes })).toBe('InvalidParameterValue');
  });
});

describe('group and deduplication ids', () => {
  const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

  it.each(['groupId', 'deduplicationId'] as const)(
    '%s has 1 to 128 alphanumerics and punctuation',
    (field) => {
      expect(refusal({ [field]: `aZ9${punctuation}` })).toBeUndefined();
      expect(refusal({ [field]: 'x'.repeat(128) })).toBeUndefined();
      for (const wrong of ['', 'x'.repeat(129), 'a b', 'ä', 'a\n']) {
        expect(refusal({ [field]: wrong })).toBe('InvalidParameterValue');
      }
    },
  );

  it('need a group on FIFO queues', () => {
    expect(refusal({ groupId: undefined })).toBe('MissingParameter');
  });
});

describe('message attributes', () => {
  const text = { dataType: 'String', stringValue: 'x' };

  it('are at most ten, with a name, a type and a value', () => {
    const many = (count: number): SendRequest['attributes'] =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, text]));
    expect(refusal({ attributes: many(10) })).toBeUndefined();
    expect(refusal({ attributes: many(11) })).toBe('InvalidParameterValue');
    for (const name of ['', 'a..b', '.a', 'a.', 'aws.x', 'AMAZON.x', 'a b']) {
      expect(refusal({ attributes: { [name]: text } })).toBe('InvalidParameterValue');
    }
    expect(refusal({ attributes: { a: { dataType: 'Text', stringValue: 'x' } } })).toBe(
      'InvalidParameterValue',
    );
    expect(refusal({ attributes: { a: { dataType: 'String' } } })).toBe('InvalidParameterValue');
    expect(refusal({ attributes: { a: { dataType: 'Binary.png', binaryValue: 'AAA=' } } })).toBeUndefined();
    expect(refusal({ attributes: { a: { ...text, stringValue: '\u{FFFE}' } } })).toBe(
      'InvalidMessageContents',
    );
  });
});
