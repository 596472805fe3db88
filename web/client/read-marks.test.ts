import { beforeEach, expect, it } from 'vitest';
import { ReadMarks } from './read-marks.ts';
import { VirtualTime } from './testing/virtual-time.ts';

let sent: [string, number][];
let time: VirtualTime;
let marks: ReadMarks;

beforeEach(() => {
  sent = [];
  time = new VirtualTime();
  marks = new ReadMarks({ environment: time, send: (frame) => sent.push([frame.convo_id, frame.seq_no]) });
  marks.setLive(true);
});

it('[U8] sends the first mark at once and then at most one frame a second, the highest only', async () => {
  for (let seqNo = 1; seqNo <= 9; seqNo += 1) marks.mark('a', seqNo);
  expect(sent).toEqual([['a', 1]]);
  await time.advance(999);
  expect(sent).toHaveLength(1);
  await time.advance(1);
  expect(sent).toEqual([
    ['a', 1],
    ['a', 9],
  ]);
});

it('sends nothing for a mark that is not higher, or that the server has from another device', async () => {
  marks.mark('a', 5);
  marks.mark('a', 4);
  marks.confirm('b', 7);
  marks.mark('b', 7);
  await time.advance(5_000);
  expect(sent).toEqual([['a', 5]]);
});

it('keeps marks while there is no connection, and repeats what the server has not confirmed', async () => {
  marks.mark('a', 5);
  marks.setLive(false);
  marks.mark('b', 2);
  await time.advance(5_000);
  expect(sent).toEqual([['a', 5]]);
  marks.confirm('a', 4);
  marks.setLive(true);
  await time.advance(5_000);
  expect(sent.slice(1)).toEqual([
    ['a', 5],
    ['b', 2],
  ]);
});

it('does not repeat a confirmed mark after a reconnect', async () => {
  marks.mark('a', 5);
  marks.confirm('a', 5);
  marks.setLive(false);
  marks.setLive(true);
  await time.advance(5_000);
  expect(sent).toEqual([['a', 5]]);
});
