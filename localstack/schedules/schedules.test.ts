import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { InvokeResult, ScheduleDefinition } from '../contracts.ts';
import { failed, succeeded } from '../event-sources/event-source-fixture.ts';
import { startSchedules } from './schedules.ts';

const minute = 60_000;
const startedAt = Date.UTC(2026, 2, 12, 19, 3, 58, 250);

beforeEach(() => {
  vi.useFakeTimers({ now: startedAt });
});
afterEach(() => {
  vi.useRealTimers();
});

function aRule(functionName: string, overrides: Partial<ScheduleDefinition> = {}): ScheduleDefinition {
  return {
    ruleName: `every-minute-${functionName}`,
    ruleArn: `arn:aws:events:us-east-1:000000000000:rule/every-minute-${functionName}`,
    everyMs: minute,
    targets: [{ functionName, input: undefined }],
    ...overrides,
  };
}

type Respond = (functionName: string) => InvokeResult | Promise<InvokeResult>;

function running(rules: ScheduleDefinition[], respond: Respond = () => succeeded()) {
  const calls: { at: number; functionName: string; event: unknown }[] = [];
  const problems: string[] = [];
  let ids = 0;
  const schedules = startSchedules(rules, {
    lambda: {
      invoke: async (functionName, event) => {
        calls.push({ at: Date.now() - startedAt, functionName, event });
        return await respond(functionName);
      },
    },
    clock: { now: Date.now },
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    place: { region: 'us-east-1', accountId: '000000000000' },
    onProblem: (message, level) => problems.push(`${level} ${message}`),
  });
  onTestFinished(() => schedules.close());
  const timesOf = (name: string) =>
    calls.filter((call) => call.functionName === name).map(({ at }) => at / minute);
  return { schedules, calls, problems, timesOf };
}

it('fires one interval after its start with the event of EventBridge, and then at its rate', async () => {
  const { calls, timesOf } = running([aRule('send-due')]);
  await vi.advanceTimersByTimeAsync(minute - 1);
  expect(calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(1 + 2 * minute);
  expect(timesOf('send-due')).toEqual([1, 2, 3]);
  expect(calls[0]?.event).toEqual({
    version: '0',
    id: 'id-1',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2026-03-12T19:04:58Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/every-minute-send-due'],
    detail: {},
  });
});

it('fires at its rate when that is longer than a timer can wait', async () => {
  const days = 24 * 60 * minute;
  const { calls, timesOf } = running([aRule('rare', { everyMs: 30 * days })]);
  await vi.advanceTimersByTimeAsync(30 * days - 1);
  expect(calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(30 * days + 1);
  expect(timesOf('rare')).toEqual([30 * 24 * 60, 60 * 24 * 60]);
});

it('does not make up for what it slept through', async () => {
  const { timesOf } = running([aRule('send-due')]);
  vi.setSystemTime(startedAt + 10.5 * minute);
  await vi.advanceTimersByTimeAsync(minute);
  await vi.advanceTimersByTimeAsync(minute);
  expect(timesOf('send-due')).toEqual([11.5, 12]);
});

it('gives a target its own input instead of the event', async () => {
  const targets = [{ functionName: 'send-due', input: { only: 'this' } }];
  const { calls } = running([aRule('send-due', { targets })]);
  await vi.advanceTimersByTimeAsync(minute);
  expect(calls[0]?.event).toEqual({ only: 'this' });
});

it('retries a failed invocation twice, after one minute and two, with the same event, and reports each', async () => {
  const { calls, problems, timesOf } = running([aRule('bad', { everyMs: 60 * minute })], () => failed());
  await vi.advanceTimersByTimeAsync(70 * minute);
  expect(timesOf('bad')).toEqual([60, 61, 63]);
  expect(new Set(calls.map(({ event }) => JSON.stringify(event))).size).toBe(1);
  expect(problems).toEqual([
    'WARN schedule every-minute-bad: bad failed in attempt 1 of 3: Error: boom',
    'WARN schedule every-minute-bad: bad failed in attempt 2 of 3: Error: boom',
    'ERROR schedule every-minute-bad: bad failed in attempt 3 of 3: Error: boom',
  ]);
});

it('retries no more after a success', async () => {
  const answers = [failed()];
  const { timesOf } = running(
    [aRule('flaky', { everyMs: 60 * minute })],
    () => answers.shift() ?? succeeded(),
  );
  await vi.advanceTimersByTimeAsync(119 * minute);
  expect(timesOf('flaky')).toEqual([60, 61]);
});

it('lets no rule and no target stop another', async () => {
  const targets = [
    { functionName: 'throws', input: undefined },
    { functionName: 'hangs', input: undefined },
    { functionName: 'works', input: undefined },
  ];
  const stuck = Promise.withResolvers<InvokeResult>();
  const { timesOf } = running([aRule('all', { targets }), aRule('other')], (name) => {
    if (name === 'throws') throw new Error('Function not found');
    return name === 'hangs' ? stuck.promise : succeeded();
  });
  await vi.advanceTimersByTimeAsync(3 * minute);
  expect(timesOf('works')).toEqual([1, 2, 3]);
  expect(timesOf('other')).toEqual([1, 2, 3]);
  stuck.resolve(succeeded());
});

it('overlaps with earlier runs that have not ended, up to four of them', async () => {
  const ends: (() => void)[] = [];
  const { problems, timesOf } = running(
    [aRule('slow')],
    () => new Promise((resolve) => ends.push(() => resolve(succeeded()))),
  );
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(timesOf('slow')).toEqual([1, 2, 3, 4]);
  expect(problems).toEqual([
    'WARN schedule every-minute-slow: slow is left out this time: 4 runs have not ended',
  ]);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(minute);
  expect(timesOf('slow')).toEqual([1, 2, 3, 4, 6]);
  for (const end of ends) end();
});

it('runs a schedule now, by the name of its function or the path of its entry, once and without retries', async () => {
  const { schedules, calls } = running([aRule('schedules-send-due')], () => failed());
  expect(await schedules.run('schedules/send-due')).toMatchObject({ ok: false, errorMessage: 'boom' });
  await schedules.run('schedules-send-due');
  expect(calls.map(({ functionName, at }) => [functionName, at])).toEqual([
    ['schedules-send-due', 0],
    ['schedules-send-due', 0],
  ]);
  expect(calls[0]?.event).toMatchObject({ 'detail-type': 'Scheduled Event', id: 'id-1' });
  await expect(schedules.run('schedules/other')).rejects.toThrow(
    'No schedule runs schedules/other; there are: schedules-send-due',
  );
});

it('waits at its close for what runs, and fires and retries no more', async () => {
  const first = Promise.withResolvers<InvokeResult>();
  const { schedules, calls } = running([aRule('slow')], () => first.promise);
  await vi.advanceTimersByTimeAsync(minute);
  let closed = false;
  const closing = schedules.close().then(() => {
    closed = true;
  });
  await vi.advanceTimersByTimeAsync(10 * minute);
  expect(closed).toBe(false);
  first.resolve(failed());
  await closing;
  await vi.advanceTimersByTimeAsync(10 * minute);
  expect(calls).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
