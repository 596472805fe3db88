import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameLimiter } from './frame-limits.ts';
import { encodeFrame, type Frame } from './testing.ts';

function text(size: number, part: Partial<Frame> = {}): Buffer {
  return encodeFrame({ opcode: 1, fin: true, payload: Buffer.alloc(size, 'x'), ...part });
}

const limits = { frameMaxBytes: 32 * 1024, messageMaxBytes: 128 * 1024 };

function offendingMessage(bytes: Buffer, chunkBytes = bytes.length): number | undefined {
  const limiter = createFrameLimiter(limits);
  for (let at = 0; at < bytes.length; at += chunkBytes) limiter.read(bytes.subarray(at, at + chunkBytes));
  return limiter.offendingMessage();
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
describe('the limits of frames', () => {
  it('allow a frame of exactly 32 KB and no byte more', () => {
    expect(offendingMessage(text(32 * 1024))).toBeUndefined();
    expect(offendingMessage(text(32 * 1024 + 1))).toBe(0);
  });

  it('allow a message of 128 KB in frames of 32 KB and no byte more', () => {
    const start = text(32 * 1024, { fin: false });
    const middle = text(32 * 1024, { opcode: 0, fin: false });
    const whole = [start, middle, middle, text(32 * 1024, { opcode: 0 })];
    expect(offendingMessage(Buffer.concat(whole))).toBeUndefined();
    const over = [start, middle, middle, text(32 * 1024, { opcode: 0, fin: false }), text(1, { opcode: 0 })];
    expect(offendingMessage(Buffer.concat(over))).toBe(0);
  });

  it('are known by the header, before a byte of the payload has come', () => {
    expect(offendingMessage(text(100_000).subarray(0, 14))).toBe(0);
  });

  it('tell which message breaks them', () => {
    const ping = encodeFrame({ opcode: 9, fin: true, payload: Buffer.from('hi') });
    const bytes = Buffer.concat([text(5), ping, text(200), ping, text(40_000), text(5)]);
    expect(offendingMessage(bytes)).toBe(2);
  });

  it('[property] are found alike however the bytes are cut', () => {
    const size = fc.oneof(
      fc.nat(300),
      fc.nat(70_000),
      fc.constantFrom(125, 126, 32_768, 32_769, 65_535, 65_536),
    );
    fc.assert(
      fc.property(fc.array(size, { maxLength: 6 }), fc.integer({ min: 1, max: 5_000 }), (sizes, cut) => {
        const oversized = sizes.findIndex((bytes) => bytes > limits.frameMaxBytes);
        const expected = oversized < 0 ? undefined : oversized;
        expect(offendingMessage(Buffer.concat(sizes.map((bytes) => text(bytes))), cut)).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});
