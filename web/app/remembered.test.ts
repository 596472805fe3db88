import { expect, it, vi } from 'vitest';
import { remembered } from './remembered.ts';

it('works once for the same text', () => {
  const make = vi.fn((text: string) => ({ text }));
  const get = remembered(make, 100);
  expect(get('a')).toBe(get('a'));
  expect(get('b')).toEqual({ text: 'b' });
  expect(make).toHaveBeenCalledTimes(2);
});

it('forgets what it remembered first when the texts become too long together', () => {
  const make = vi.fn((text: string) => ({ text }));
  const get = remembered(make, 6);
  for (const text of ['aaa', 'bbb', 'ccc', 'ccc', 'bbb', 'aaa']) get(text);
  expect(make.mock.calls.flat()).toEqual(['aaa', 'bbb', 'ccc', 'aaa']);
});

it('does not keep a text that alone is too long', () => {
  const make = vi.fn((text: string) => ({ text }));
  const get = remembered(make, 3);
  for (const text of ['long', 'long', 'a', 'a']) get(text);
  expect(make).toHaveBeenCalledTimes(3);
});
