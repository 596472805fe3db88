import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageView } from '../../events/http-contracts.ts';
import { gapAfter, olderBefore } from './message-window.ts';
import { ada, aMessage } from './testing/test-client.ts';
import { emptyTimeline, reduceTimeline, type Timeline } from './timeline.ts';
import { timelineRows } from './timeline-rows.ts';

function received(timeline: Timeline, ...messages: MessageView[]): Timeline {
  return reduceTimeline(timeline, { type: 'received', messages });
}

function seqs(timeline: Timeline): number[] {
  return timelineRows(timeline, ada).flatMap((row) => (row.kind === 'message' ? [row.message.seq_no] : []));
}

describe('a timeline', () => {
  it('appends messages in the order of their numbers, however they come', () => {
    const timeline = received(emptyTimeline(0), aMessage(3), aMessage(1), aMessage(2));
    expect(seqs(timeline)).toEqual([1, 2, 3]);
    expect(timeline.cursor).toBe(3);
  });

  it('shows a doubled message once', () => {
    const timeline = received(received(emptyTimeline(0), aMessage(1)), aMessage(1), aMessage(2), aMessage(2));
    expect(seqs(timeline)).toEqual([1, 2]);
  });

  it('keeps what lies beyond a hole back until the hole is filled', () => {
    const withHole = received(emptyTimeline(0), aMessage(1), aMessage(4));
    expect(seqs(withHole)).toEqual([1]);
    expect(gapAfter(withHole)).toBe(1);
    const filled = received(withHole, aMessage(3), aMessage(2));
    expect(seqs(filled)).toEqual([1, 2, 3, 4]);
    expect(gapAfter(filled)).toBeUndefined();
  });

  it('has a hole when the server knows of a message that never came', () => {
    const timeline = reduceTimeline(received(emptyTimeline(0), aMessage(1)), {
      type: 'known',
      seqNo: 2,
      rev: 0,
    });
    expect(gapAfter(timeline)).toBe(1);
  });

  it('has no hole while it holds nothing: it begins where the conversation stands', () => {
    const timeline = reduceTimeline(emptyTimeline(5), { type: 'known', seqNo: 9, rev: 0 });
    expect(gapAfter(timeline)).toBeUndefined();
    expect(olderBefore(timeline)).toBe(10);
  });

  it('ignores a late push of a message from before its window', () => {
    expect(seqs(received(emptyTimeline(5), aMessage(4), aMessage(6)))).toEqual([6]);
  });

  it('takes an older page that ends where it begins, and knows when it has reached the start', () => {
    const loaded = received(emptyTimeline(2), aMessage(3));
    const page = [aMessage(1), aMessage(2)];
    const timeline = reduceTimeline(loaded, { type: 'older', messages: page, hasMore: false, rev: 0 });
    expect(seqs(timeline)).toEqual([1, 2, 3]);
    expect(olderBefore(timeline)).toBeUndefined();
  });

  it('drops an older page that does not end where it begins', () => {
    const loaded = received(emptyTimeline(5), aMessage(6));
    const page = [aMessage(1), aMessage(2)];
    expect(reduceTimeline(loaded, { type: 'older', messages: page, hasMore: false, rev: 0 })).toBe(loaded);
  });

  it('replaces a pending message by the stored one of the same client_msg_id', () => {
    const mine = { client_msg_id: 'x', content: 'hello', written_at_ms: 0, state: 'queued' } as const;
    const pending = reduceTimeline(emptyTimeline(0), { type: 'pending', pending: [mine], changes: [] });
    expect(timelineRows(pending, ada)).toEqual([{ kind: 'pending', pending: mine }]);
    const stored = aMessage(1, { sender_id: ada, client_msg_id: 'x' });
    expect(timelineRows(received(pending, stored), ada)).toEqual([{ kind: 'message', message: stored }]);
  });

  it('does not take the message of somebody else for ours, whatever client_msg_id it carries', () => {
    const mine = { client_msg_id: 'cm-1', content: 'hello', written_at_ms: 0, state: 'queued' } as const;
    const pending = reduceTimeline(emptyTimeline(0), { type: 'pending', pending: [mine], changes: [] });
    expect(timelineRows(received(pending, aMessage(1)), ada)).toHaveLength(2);
  });

  it('keeps showing our own message that is stored beyond a hole', () => {
    const mine = aMessage(3, { sender_id: ada });
    expect(seqs(received(emptyTimeline(1), mine))).toEqual([3]);
  });

  it("shows the server's order whatever pushes are dropped, doubled or reordered, once its holes are filled", () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 90 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 0, max: 30 }), (pushed, start) => {
        let timeline = emptyTimeline(start);
        for (const seqNo of pushed) {
          timeline = received(timeline, aMessage(seqNo));
          const shown = seqs(timeline);
          expect(shown).toEqual(shown.map((_, index) => start + 1 + index));
        }
        timeline = reduceTimeline(timeline, { type: 'known', seqNo: 30, rev: 0 });
        for (let gap = gapAfter(timeline); gap !== undefined; gap = gapAfter(timeline)) {
          timeline = received(timeline, ...[1, 2, 3].map((step) => aMessage(Number(gap) + step)));
        }
        for (let before = olderBefore(timeline); before !== undefined; before = olderBefore(timeline)) {
          const page = [before - 2, before - 1].filter((seqNo) => seqNo > 0).map((seqNo) => aMessage(seqNo));
          timeline = reduceTimeline(timeline, { type: 'older', messages: page, hasMore: before > 3, rev: 0 });
        }
        expect(seqs(timeline).slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
      }),
    );
  });
});
