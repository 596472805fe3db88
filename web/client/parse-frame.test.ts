import { expect, it } from 'vitest';
import { parseFrame } from './parse-frame.ts';

const pong = { type: 'pong', server_time: '2026-01-01T00:00:00.000Z' };

it('reads one event, and the events of a batch in their order', () => {
  expect(parseFrame(JSON.stringify(pong))).toEqual([pong]);
  const batch = { type: 'batch', events: [{ type: 'session.ended' }, pong] };
  expect(parseFrame(JSON.stringify(batch)).map((event) => event.type)).toEqual(['session.ended', 'pong']);
});

it('leaves out what it does not know: types, fields, and events that do not fit', () => {
  const events = [
    { type: 'hologram.create' },
    { ...pong, colour: 'red' },
    { type: 'message.create' },
    null,
    7,
  ];
  expect(parseFrame(JSON.stringify({ type: 'batch', events }))).toEqual([pong]);
});

it.each(['', 'not json', 'null', '[]', '"x"', '{"type":"batch"}', '{"message":"Forbidden"}'])(
  'finds nothing in %j',
  (text) => expect(parseFrame(text)).toEqual([]),
);

it('finds nothing in a binary frame', () => {
  expect(parseFrame(new ArrayBuffer(4))).toEqual([]);
});
