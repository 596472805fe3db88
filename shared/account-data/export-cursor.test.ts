import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anna, ben, convoId } from '../../test/support/builders.ts';
import { directConversationId } from '../ids.ts';
import { exportCursor, parseExportCursor } from './export-cursor.ts';

const place = { convoId: convoId('team'), seq: 1_001 };

function refuses(cursor: string, userId = anna): void {
  let refusal: unknown;
  try {
    parseExportCursor(userId, cursor);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: 'request.invalid' });
}

describe('the cursor of an export', () => {
  it.each([convoId('team'), directConversationId(anna, ben)])('comes back as it went, for %s', (id) => {
    const there = { convoId: id, seq: 7 };
    const cursor = exportCursor(anna, there);
    expect(parseExportCursor(anna, cursor)).toEqual(there);
    expect(cursor).toMatch(/^[\w-]{1,256}$/);
  });

  it('is of no use to anybody else', () => {
    refuses(exportCursor(anna, place), ben);
  });

  it.each([
    '',
    '.',
    'AAAA',
    '..',
    '%',
    '漢',
    '{"convo_id":1}',
    ' '.repeat(50),
    `${exportCursor(anna, place)}=`,
  ])('is refused when it is %j', (cursor) => refuses(cursor));

  it.each([
    { ...place, seq: 0 },
    { ...place, seq: -1 },
    { ...place, seq: 1.5 },
    { ...place, seq: Number.NaN },
    { ...place, convoId: 'CONV#x' },
    { ...place, convoId: '' },
  ])('is refused for the place %j, checksum or not', (forged) => refuses(exportCursor(anna, forged)));

  it('is refused when any of its characters is another one', () => {
    const cursor = exportCursor(anna, place);
    const index = fc.nat({ max: cursor.length - 1 });
    const other = fc.stringMatching(/^[\w-]$/);
    fc.assert(
      fc.property(index, other, (at, letter) => {
        fc.pre(cursor[at] !== letter);
        refuses(cursor.slice(0, at) + letter + cursor.slice(at + 1));
      }),
    );
  });

  it('is refused and never more than that, whatever it is', () => {
    fc.assert(fc.property(fc.string({ maxLength: 256, unit: 'binary' }), (cursor) => refuses(cursor)));
  });
});
