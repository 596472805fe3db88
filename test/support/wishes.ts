/** What people ask for in a random history of a conversation. */
import fc from 'fast-check';
import type { MessageChange } from '../../events/change-accepted.ts';

/** A message, a change of one that there may be, or the last request once more. */
export const wishOf = (...people: readonly string[]) =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('say' as const), by: fc.constantFrom(...people) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('edit', 'delete', 'react', 'unreact', 'pin', 'unpin'),
        by: fc.constantFrom(...people),
        seq_no: fc.integer({ min: 1, max: 8 }),
        word: fc.integer({ min: 0, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const) }) },
  );
export type Wish = ReturnType<typeof wishOf> extends fc.Arbitrary<infer W> ? W : never;

export function changeOf(wanted: Extract<Wish, { seq_no: number }>): MessageChange {
  const { kind, seq_no, word } = wanted;
  const emoji = ['👍', '🎈', '❤️', '👀'][word] ?? '👍';
  switch (kind) {
    case 'edit':
      return { kind, seq_no, content: `word ${word}` };
    case 'react':
    case 'unreact':
      return { kind, seq_no, emoji };
    case 'delete':
    case 'pin':
    case 'unpin':
      return { kind, seq_no };
  }
}
