import { expect, it } from 'vitest';
import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';
import { costOf, type Observation } from './cost.ts';

const aCall = (call: Partial<CallRecord>): CallRecord => ({
  functionName: 'consumers-process-messages',
  service: 'dynamodb',
  operation: 'GetItem',
  status: 200,
  latencyMs: 1,
  requestBytes: 100,
  capacityUnits: undefined,
  fault: undefined,
  ...call,
});
const aPost = (call: Partial<CallRecord> = {}) =>
  aCall({ service: 'management-api', operation: 'PostToConnection', ...call });
const anObservation = (observation: Partial<Observation>): Observation => ({
  name: 'a test',
  members: 2,
  messages: 1,
  framesIn: 1,
  calls: [],
  invocations: [],
  logBytes: 0,
  ...observation,
});

it('adds up what one message costs, line by line', () => {
  const { dollarsPerMillion } = costOf(
    anObservation({
      calls: [
        aCall({ operation: 'TransactWriteItems', capacityUnits: 6 }),
        aCall({ operation: 'GetItem', capacityUnits: 0.5 }),
        aCall({ service: 'sqs', operation: 'SendMessage' }),
        aPost(),
        aPost(),
      ],
      invocations: [
        { functionName: 'ws-send-message', durationMs: 4.2, memoryMb: 512 },
        { functionName: 'consumers-process-messages', durationMs: 6, memoryMb: 1024 },
      ],
      logBytes: 1_000,
    }),
  );

  expect(dollarsPerMillion['WebSocket in']).toBeCloseTo(1);
  expect(dollarsPerMillion['WebSocket out']).toBeCloseTo(2);
  expect(dollarsPerMillion['Lambda requests']).toBeCloseTo(0.4);
  // 0.5 GB × 15 ms and 1 GB × 50 ms
  expect(dollarsPerMillion['Lambda time (assumed)']).toBeCloseTo(0.0575 * 13.3334);
  // One send, one receive, one delete
  expect(dollarsPerMillion.SQS).toBeCloseTo(1.5);
  expect(dollarsPerMillion['DynamoDB writes']).toBeCloseTo(3.75);
  expect(dollarsPerMillion['DynamoDB reads']).toBeCloseTo(0.0625);
  expect(dollarsPerMillion['function logs']).toBeCloseTo(0.5);
  const { total, ...lines } = dollarsPerMillion;
  expect(total).toBeCloseTo(Object.values(lines).reduce((sum, line) => sum + line, 0));
});

it('divides by the messages', () => {
  const { writeUnits, calls } = costOf(
    anObservation({
      messages: 10,
      calls: [aCall({ operation: 'TransactWriteItems', capacityUnits: 42 })],
    }),
  );

  expect(writeUnits).toBeCloseTo(4.2);
  expect(calls).toEqual({ 'dynamodb TransactWriteItems': 0.1 });
});

it('counts a write whose condition failed as a unit, and a throttled or lost one as none', () => {
  const failed = [400, 500, 0].map((status) => aCall({ operation: 'UpdateItem', status }));

  expect(costOf(anObservation({ calls: failed })).writeUnits).toBe(1);
});

it('meters a frame per 32 KB begun, and not at all when nobody was there', () => {
  const calls = [
    aPost({ requestBytes: 32 * 1024 }),
    aPost({ requestBytes: 32 * 1024 + 1 }),
    aPost({ requestBytes: 0 }),
    aPost({ status: 410 }),
  ];

  expect(costOf(anObservation({ calls })).framesOut).toBe(4);
});

it('takes measured milliseconds up to the next whole one', () => {
  const invocations = [{ functionName: 'ws-send-message', durationMs: 4.2, memoryMb: 1024 }];

  expect(costOf(anObservation({ invocations })).gbSecondsMeasured).toBeCloseTo(0.005);
});
