import { describe, expect, it } from 'vitest';
import { anIncoming, sessionId } from '../../test/support/builders.ts';
import { limits } from '../limits.ts';
import { advanceStream, awaitingPredecessor, inClientOrder } from './client-order.ts';

const x = sessionId('x');
const y = sessionId('y');

const numbered = (id: string, client_seq: number | undefined, session_id = x, receiveCount = 1) =>
  anIncoming(
    { client_msg_id: id, session_id, ...(client_seq !== undefined && { client_seq }) },
    { receiveCount },
  );

describe('inClientOrder', () => {
  const order = (...batch: ReturnType<typeof numbered>[]) =>
    inClientOrder(batch).map(({ accepted }) => accepted.client_msg_id);

  it("puts one client's messages back in the order of its running number", () => {
    expect(order(numbered('b', 2), numbered('c', 3), numbered('a', 1))).toEqual(['a', 'b', 'c']);
  });

  it("leaves other clients' messages, and those without a number, in their places", () => {
    expect(
      order(
        numbered('x2', 2, x),
        numbered('y9', 9, y),
        numbered('plain', undefined, x),
        numbered('x1', 1, x),
        numbered('y8', 8, y),
      ),
    ).toEqual(['x1', 'y8', 'plain', 'x2', 'y9']);
  });

  it('leaves a message and its repeat in the order of the queue', () => {
    expect(order(numbered('first', 1), numbered('repeat', 1))).toEqual(['first', 'repeat']);
  });
});

describe('awaitingPredecessor', () => {
  const waiting = (clientStreams: Record<string, number>, batch: ReturnType<typeof numbered>[]) =>
    [...awaitingPredecessor(batch, { clientStreams })].map(({ accepted }) => accepted.client_msg_id);
  const full = Object.fromEntries(
    Array.from({ length: limits.clientStreamsMax }, (_, index) => [sessionId(`other${index}`), 9]),
  );

  it('lets the next number through, and everything that follows it in the batch', () => {
    expect(waiting({ [x]: 4 }, [numbered('5', 5), numbered('6', 6)])).toEqual([]);
  });

  it('keeps a number back whose predecessor is missing, and everything behind it', () => {
    expect(waiting({ [x]: 4 }, [numbered('6', 6), numbered('7', 7)])).toEqual(['6', '7']);
  });

  it('expects a client that it does not know to begin at 1', () => {
    expect(waiting({}, [numbered('1', 1), numbered('3', 3)])).toEqual(['3']);
  });

  it('waits for nobody whom it may have forgotten', () => {
    expect(waiting(full, [numbered('8', 8), numbered('9', 9)])).toEqual([]);
    expect(waiting(full, [numbered('8', 8), numbered('10', 10)])).toEqual(['10']);
  });

  it('lets retries and stragglers through', () => {
    expect(waiting({ [x]: 4 }, [numbered('3', 3), numbered('5', 5)])).toEqual([]);
  });

  it('follows a client that begins again at 1', () => {
    expect(waiting({ [x]: 40 }, [numbered('1', 1), numbered('2', 2)])).toEqual([]);
  });

  it('never keeps back what has no number', () => {
    expect(waiting({}, [numbered('plain', undefined)])).toEqual([]);
  });

  it('waits for five receives and not longer', () => {
    expect(limits.clientOrderReceivesMax).toBe(5);
    expect(waiting({ [x]: 4 }, [numbered('6', 6, x, 5)])).toEqual(['6']);
    expect(waiting({ [x]: 4 }, [numbered('6', 6, x, 6), numbered('7', 7)])).toEqual([]);
  });

  it('keeps the numbers of two clients apart', () => {
    expect(waiting({ [x]: 4, [y]: 1 }, [numbered('x5', 5, x), numbered('y5', 5, y)])).toEqual(['y5']);
  });
});

describe('advanceStream', () => {
  it('rises, whatever comes late, and begins anew with 1', () => {
    expect([
      advanceStream(undefined, 3),
      advanceStream(3, 4),
      advanceStream(4, 2),
      advanceStream(4, 1),
    ]).toEqual([3, 4, 4, 1]);
  });
});
