import { encode } from 'uqr';
import { expect, it } from 'vitest';
import { qrPath } from './qr-path.ts';

/** The squares that the path covers, row by row. */
function drawn(path: string, size: number): boolean[][] {
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\1z/g))
    for (let at = Number(x); at < Number(x) + Number(width); at += 1) {
      const row = rows[Number(y)];
      if (row !== undefined) row[at] = true;
    }
  return rows;
}

it('draws every dark square and no light one', () => {
  const { data, size } = encode(
    'otpauth://totp/Confab:ada@example.com?secret=JBSWY3DPEHPK3PXP&issuer=Confab',
    {
      border: 4,
    },
  );
  expect(drawn(qrPath(data), size)).toEqual(data);
});

it('draws a run that reaches the edge, and nothing for a light row', () => {
  expect(
    qrPath([
      [false, true, true],
      [false, false, false],
      [true, false, true],
    ]),
  ).toBe('M1 0h2v1H1zM0 2h1v1H0zM2 2h1v1H2z');
});
