import { describe, expect, it } from 'vitest';
import { matchesAny, parseFilterPattern } from './filter-pattern.ts';

const record = {
  eventName: 'MODIFY',
  eventSource: 'aws:dynamodb',
  dynamodb: {
    Keys: { pk: { S: 'USER#1' }, sk: { N: '7' } },
    NewImage: { tags: { SS: ['a', 'b'] }, gone: { NULL: true }, empty: { S: '' } },
  },
};

const matches = (...patterns: object[]): boolean =>
  matchesAny(
    patterns.map((pattern) => parseFilterPattern(JSON.stringify(pattern))),
    record,
  );
const keys = (pk: unknown) => ({ dynamodb: { Keys: { pk: { S: pk } } } });
const image = (field: object) => ({ dynamodb: { NewImage: field } });

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
describe('a filter pattern', () => {
  it.each([
    ['one of several exact values', keys(['USER#2', 'USER#1']), true],
    ['no exact value', keys(['USER#2', 'user#1']), false],
    ['a number, which is a text in a record', { dynamodb: { Keys: { sk: { N: ['7'] } } } }, true],
    ['a number that is none in a record', { dynamodb: { Keys: { sk: { N: [7] } } } }, false],
    ['a boolean', image({ gone: { NULL: [true] } }), true],
    ['an empty text', image({ empty: { S: [''] } }), true],
    ['a prefix', keys([{ prefix: 'USER#' }]), true],
    ['another prefix', keys([{ prefix: 'CONV#' }]), false],
    ['a prefix of what is missing', image({ nothing: { S: [{ prefix: '' }] } }), false],
    ['a prefix or a value', keys([{ prefix: 'CONV#' }, 'USER#1']), true],
    ['a field that exists', image({ empty: { S: [{ exists: true }] } }), true],
    ['a field that is missing', image({ nothing: { S: [{ exists: true }] } }), false],
    ['no such field', image({ nothing: { S: [{ exists: false }] } }), true],
    ['no such field, which exists', image({ empty: { S: [{ exists: false }] } }), false],
    ['exists on an object, which is no plain value', { dynamodb: { NewImage: [{ exists: true }] } }, false],
    ['anything but a value', keys([{ 'anything-but': 'USER#2' }]), true],
    ['anything but the value that it has', keys([{ 'anything-but': 'USER#1' }]), false],
    ['anything but a list with its value', keys([{ 'anything-but': ['USER#2', 'USER#1'] }]), false],
    ['anything but a prefix', keys([{ 'anything-but': { prefix: 'CONV#' } }]), true],
    ['anything but its prefix', keys([{ 'anything-but': { prefix: 'USER#' } }]), false],
    ['anything but, of what is missing', image({ nothing: { S: [{ 'anything-but': 'x' }] } }), false],
    ['an element of a list', image({ tags: { SS: ['b'] } }), true],
    ['two fields that both fit', { eventName: ['MODIFY'], ...keys(['USER#1']) }, true],
    ['two fields of which one fits', { eventName: ['INSERT'], ...keys(['USER#1']) }, false],
    ['a name that every object inherits', image({ toString: { S: [{ exists: true }] } }), false],
  ])('asks for %s', (_what, pattern, expected) => {
    expect(matches(pattern)).toBe(expected);
  });

  it('need fit only one of several, and without any everything fits', () => {
    expect(matches({ eventName: ['INSERT'] }, keys(['USER#1']))).toBe(true);
    expect(matches({ eventName: ['INSERT'] }, keys(['USER#2']))).toBe(false);
    expect(matches()).toBe(true);
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'needs an object or a list at its top'],
    ['{}', 'has an empty object at its top'],
    ['{"dynamodb":{"Keys":{"pk":{"S":"USER#1"}}}}', 'needs an object or a list at dynamodb.Keys.pk.S'],
    ['{"dynamodb":{"Keys":{"pk":{"S":[]}}}}', 'has an empty list at dynamodb.Keys.pk.S'],
    ['{"Keys":{"pk":{"S":["x"]}}}', 'names Keys, which is no field of a stream record'],
    ['{"eventName":[{"suffix":"Y"}]}', 'not supported on a laptop at eventName: {"suffix":"Y"}'],
    ['{"eventName":[{"numeric":[">",1]}]}', 'not supported on a laptop at eventName'],
    ['{"eventName":[{"anything-but":{"suffix":"Y"}}]}', 'not supported on a laptop at eventName'],
    ['{"eventName":[{"anything-but":[]}]}', 'not supported on a laptop at eventName'],
    ['{"eventName":[{"exists":"yes"}]}', 'not supported on a laptop at eventName'],
    ['{"eventName":[{"prefix":"a","exists":true}]}', 'not supported on a laptop at eventName'],
    ['{"eventName":[["a"]]}', 'not supported on a laptop at eventName'],
    ['{"$or":[{"eventName":["INSERT"]}]}', 'uses $or'],
    [`{"eventName":["${'x'.repeat(4_096)}"]}`, 'is longer than 4096 characters'],
  ])('cannot be %s', (text, problem) => {
    expect(() => parseFilterPattern(text)).toThrow(problem);
  });
});
