import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServerEvent, serverFrame } from '../../events/server-frames.ts';
import { aMessage } from '../../test/support/builders.ts';
import { limits } from '../limits.ts';
import { messageCreate } from '../messages/message.ts';
import { packFrames } from './pack-frames.ts';

const create = (seq: number, content = 'text'): ServerEvent => messageCreate(aMessage({ seq, content }));

function unpack(frames: readonly string[]) {
  return frames.flatMap((text) => {
    const frame = serverFrame.parse(JSON.parse(text));
    return frame.type === 'batch' ? frame.events : [frame];
  });
}

describe('packFrames', () => {
  it('[R2] sends one event as it is and several as one batch', () => {
    expect(packFrames([create(1)])).toEqual([JSON.stringify(create(1))]);
    expect(packFrames([create(1), create(2)])).toEqual([
      JSON.stringify({ type: 'batch', events: [create(1), create(2)] }),
    ]);
    expect(packFrames([])).toEqual([]);
  });

  it('[R2] keeps order, content and the limit, whatever the sizes, and wastes no frame', () => {
    const contents = fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(contents, fc.integer({ min: 900, max: 2_000 }), (texts, maxBytes) => {
        const events = texts.map((text, index) => create(index + 1, text));
        const frames = packFrames(events, maxBytes);
        expect(unpack(frames)).toEqual(events);
        for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(maxBytes);
        for (const [index, frame] of frames.slice(1).entries()) {
          const previous = Buffer.byteLength(frames[index] ?? '');
          const [next] = unpack([frame]);
          expect(previous + Buffer.byteLength(JSON.stringify(next)) + 30).toBeGreaterThan(maxBytes);
        }
      }),
      { numRuns: 100, seed: 9 },
    );
  });

  it('counts bytes, not characters', () => {
    const events = Array.from({ length: 6 }, (_, index) => create(index + 1, '漢'.repeat(8_000)));
    const frames = packFrames(events);
    expect(frames).toHaveLength(2);
    for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(limits.pushMaxBytes);
  });

  it('sends an event alone that no frame has room for, rather than lose it', () => {
    expect(unpack(packFrames([create(1), create(2, 'x'.repeat(500)), create(3)], 400))).toHaveLength(3);
  });
});
