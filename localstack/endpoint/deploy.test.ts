import { describe, expect, it } from 'vitest';
import { readOutputs } from './deploy.ts';
import { describeTalk } from './talk.ts';

describe('the outputs of a deployment', () => {
  it('are those of the stack with the doors, whatever the others put out', () => {
    const text = JSON.stringify({
      'confab-dev-data': { ExportsOutputRefAuthTable: 'auth' },
      'confab-dev-api': { HttpApiUrl: 'http://a', WebSocketUrl: 'ws://b/v1', ExportsOutputRef: 'x' },
    });
    expect(readOutputs(text)).toEqual({ HttpApiUrl: 'http://a', WebSocketUrl: 'ws://b/v1' });
  });

  it('are missed when no stack has them', () => {
    expect(() => readOutputs('{"confab-dev-data":{}}')).toThrow('no deployed stack');
  });
});

describe('the report of a talk', () => {
  const exchange = (seqNo: number, ackMs: number) => ({ seqNo, ackMs, receivedMs: ackMs + 1 });

  it('keeps the cold start of the first message out of the others', () => {
    const text = describeTalk({
      exchanges: [exchange(1, 900), exchange(2, 60), exchange(3, 50), exchange(4, 80)],
    });
    expect(text).toContain('4 messages');
    expect(text).toContain('first message   ack 900 ms, received 901 ms');
    expect(text).toContain('ack             median 60 ms, longest 80 ms');
    expect(text).toContain('received        median 61 ms, longest 81 ms');
  });

  it('takes the mean of the two in the middle of an even number', () => {
    expect(describeTalk({ exchanges: [exchange(1, 9), exchange(2, 50), exchange(3, 60)] })).toContain(
      'median 55 ms',
    );
  });
});
