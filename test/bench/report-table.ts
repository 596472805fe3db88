import type { Spread } from './histogram.ts';

export const ms = (value: number) => value.toFixed(1);
export const range = ({ min, max }: Spread) => `${min.toFixed(1)}–${max.toFixed(1)}`;
export const verdict = (met: boolean, target: string) => ` ${met ? '✓' : '✗'} ${target}`;

/** Columns of even width; the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
