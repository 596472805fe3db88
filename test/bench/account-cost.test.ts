import { expect, it } from 'vitest';
import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';
import { accountCostOf } from './account-cost.ts';

const aCall = (call: Partial<CallRecord>): CallRecord => ({
  functionName: 'http-auth',
  service: 'dynamodb',
  operation: 'GetItem',
  status: 200,
  latencyMs: 1,
  requestBytes: 100,
  capacityUnits: undefined,
  fault: undefined,
  ...call,
});

it('adds up what a sign-up costs, its mail included, line by line', () => {
  const consumer = { functionName: 'consumers-process-account-events' } as const;
  const { dollarsPerMillion, calls, gbSecondsAssumed } = accountCostOf({
    name: 'a test',
    rounds: 2,
    requests: 1,
    passwordHashes: 1,
    calls: [0, 1].flatMap(() => [
      aCall({ operation: 'Query', capacityUnits: 0.5 }),
      aCall({ operation: 'TransactWriteItems', capacityUnits: 20 }),
      aCall({ service: 'sqs', operation: 'SendMessage' }),
      aCall({ ...consumer, operation: 'PutItem', capacityUnits: 1 }),
      aCall({ ...consumer, service: 'sesv2', operation: 'SendEmail' }),
    ]),
    invocations: [0, 1].flatMap(() => [
      { functionName: 'http-auth', durationMs: 40, memoryMb: 2048 },
      { ...consumer, durationMs: 5, memoryMb: 512 },
    ]),
    logBytes: 2_000,
  });

  expect(calls['dynamodb TransactWriteItems']).toBe(1);
  expect(dollarsPerMillion['HTTP API']).toBeCloseTo(1);
  expect(dollarsPerMillion['Lambda requests']).toBeCloseTo(0.4);
  // 2 GB × (Query 5 + transaction 25 + SendMessage 5 + hash 30 + 3 ms), 0.5 GB × (PutItem 5 + SendEmail 60 + 3 ms)
  expect(gbSecondsAssumed).toBeCloseTo(2 * 0.068 + 0.5 * 0.068);
  expect(dollarsPerMillion.SQS).toBeCloseTo(3 * 0.4);
  expect(dollarsPerMillion['DynamoDB writes']).toBeCloseTo(21 * 0.625);
  expect(dollarsPerMillion['DynamoDB reads']).toBeCloseTo(0.5 * 0.125);
  expect(dollarsPerMillion.SES).toBeCloseTo(100);
  const { total, ...lines } = dollarsPerMillion;
  expect(total).toBeCloseTo(Object.values(lines).reduce((sum, line) => sum + line, 0));
});

it('charges no mail that SES did not take', () => {
  const calls = [200, 429].map((status) => aCall({ service: 'sesv2', operation: 'SendEmail', status }));
  const observation = { name: '', rounds: 1, requests: 1, passwordHashes: 0, invocations: [], logBytes: 0 };
  expect(accountCostOf({ ...observation, calls }).mails).toBe(1);
});
