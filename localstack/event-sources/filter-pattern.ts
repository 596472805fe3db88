import type { FilterPattern, FilterRule, FilterValue } from '../contracts.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
const patternMaxLength = 4_096;

/** The fields of a DynamoDB stream record; a pattern for any other would filter everything out. */
const recordFields = new Set([
  'awsRegion',
  'dynamodb',
  'eventID',
  'eventName',
  'eventSource',
  'eventSourceARN',
  'eventVersion',
  'userIdentity',
]);

/**
 * Reads a Pattern of FilterCriteria for a DynamoDB stream. Of the rules, exact values, `prefix`, `exists` and
 * `anything-but` (of values or of a prefix) are known. Numbers of DynamoDB are texts in a record: `{"N":["7"]}`.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 * @throws Error that says which part cannot be used.
 */
export function parseFilterPattern(text: string): FilterPattern {
  if (text.length > patternMaxLength) throw new Error(`is longer than ${patternMaxLength} characters`);
  const pattern = parseObject(parseJson(text), '');
  const unknown = Object.keys(pattern).find((field) => !recordFields.has(field));
  if (unknown !== undefined) throw new Error(`names ${unknown}, which is no field of a stream record`);
  return pattern;
}

/** Whether any of the patterns fits; without patterns everything does. */
export function matchesAny(patterns: readonly FilterPattern[], record: unknown): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matches(pattern, record));
}

function matches(pattern: FilterPattern, value: unknown): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    const inner = fieldOf(value, field);
    if (!isRules(expected)) return matches(expected, inner);
    const leaves = leavesOf(inner);
    return expected.some((rule) => matchesRule(rule, leaves));
  });
}

function matchesRule(rule: FilterRule, leaves: readonly unknown[]): boolean {
  switch (rule.kind) {
    case 'equals':
      return leaves.includes(rule.value);
    case 'prefix':
      return leaves.some((leaf) => startsWith(leaf, rule.prefix));
    case 'exists':
      return leaves.length > 0 === rule.exists;
    case 'anything-but':
      return leaves.some((leaf) => !rule.values.some((value) => value === leaf));
    case 'anything-but-prefix':
      return leaves.some((leaf) => !startsWith(leaf, rule.prefix));
  }
}

function startsWith(leaf: unknown, prefix: string): boolean {
  return typeof leaf === 'string' && leaf.startsWith(prefix);
}

/** Rules see plain values only: an object in their place counts as missing, as AWS says of `exists`. */
function leavesOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return typeof value === 'object' && value !== null ? [] : [value];
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[field];
}

function isRules(expected: FilterPattern | readonly FilterRule[]): expected is readonly FilterRule[] {
  return Array.isArray(expected);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('is not JSON');
  }
}

function parseObject(value: unknown, path: string): FilterPattern {
  if (!isObject(value)) throw new Error(`needs an object or a list ${at(path)}`);
  const entries = Object.entries(value);
  if (entries.length === 0) throw new Error(`has an empty object ${at(path)}`);
  return Object.fromEntries(entries.map(([field, inner]) => [field, parseField(inner, `${path}.${field}`)]));
}

function parseField(value: unknown, path: string): FilterPattern | FilterRule[] {
  if (path === '.$or') throw new Error('uses $or, which is not supported on a laptop; write several filters');
  if (!Array.isArray(value)) return parseObject(value, path);
  if (value.length === 0) throw new Error(`has an empty list ${at(path)}`);
  return value.map((rule) => parseRule(rule, path));
}

function parseRule(rule: unknown, path: string): FilterRule {
  if (isValue(rule)) return { kind: 'equals', value: rule };
  const [[name, argument] = ['', undefined], ...more] = isObject(rule) ? Object.entries(rule) : [];
  const parsed = more.length === 0 ? parseNamedRule(name, argument) : undefined;
  if (parsed !== undefined) return parsed;
  throw new Error(`has a rule that is not supported on a laptop ${at(path)}: ${JSON.stringify(rule)}`);
}

function parseNamedRule(name: string, argument: unknown): FilterRule | undefined {
  if (name === 'prefix' && typeof argument === 'string') return { kind: 'prefix', prefix: argument };
  if (name === 'exists' && typeof argument === 'boolean') return { kind: 'exists', exists: argument };
  if (name !== 'anything-but') return undefined;
  if (isValue(argument)) return { kind: name, values: [argument] };
  if (Array.isArray(argument)) {
    return argument.length > 0 && argument.every(isValue) ? { kind: name, values: argument } : undefined;
  }
  if (!isObject(argument) || Object.keys(argument).length !== 1) return undefined;
  const { prefix } = argument;
  return typeof prefix === 'string' ? { kind: 'anything-but-prefix', prefix } : undefined;
}

function isValue(value: unknown): value is FilterValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(path: string): string {
  return path === '' ? 'at its top' : `at ${path.slice(1)}`;
}
