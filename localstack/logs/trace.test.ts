import { expect, it } from 'vitest';
import { createTracer } from './trace.ts';

const line = (second: number, kind: string, requestId: string, rest: object = {}) =>
  JSON.stringify({
    at: `2026-01-01T00:00:0${second}.000Z`,
    kind,
    function: 'f',
    request_id: requestId,
    ...rest,
  });

it("finds the lines that mention the id, and the runner's records of those invocations, by time", () => {
  const found = createTracer('m1').take([
    line(4, 'invocation', 'r2', { durationMs: 7 }),
    line(1, 'function', 'r1', { line: { client_msg_id: 'm1', stage: 'accepted' } }),
    line(2, 'invocation', 'r1', { durationMs: 5 }),
    line(3, 'function', 'r2', { line: { messages: [{ client_msg_id: 'm1' }] } }),
    line(3, 'function', 'r2', { line: 'about another message' }),
    line(5, 'function', 'r3', { line: { client_msg_id: 'm10' } }),
    line(5, 'function', 'r4', { line: { client_msg_id: 'x.m1' } }),
    'half a li',
  ]);
  expect(found.map((text) => text.slice(0, 24).trim())).toEqual([
    '00:00:01.000  function',
    '00:00:02.000  invocation',
    '00:00:03.000  function',
    '00:00:04.000  invocation',
  ]);
  expect(found[0]).toContain('"stage":"accepted"');
});

it('remembers invocations between two reads of a growing log', () => {
  const tracer = createTracer('m1');
  expect(tracer.take([line(1, 'function', 'r1', { line: { id: 'm1' } })])).toHaveLength(1);
  expect(tracer.take([line(2, 'invocation', 'r1'), line(2, 'invocation', 'r2')])).toHaveLength(1);
});
