import { expect, it } from 'vitest';
import { messageContent } from '../../events/client-frames.ts';
import { transportableText } from './transportable-text.ts';

it('keeps line breaks, tabs and emoji, and trims the ends', () => {
  expect(transportableText('  one\n\ttwo 🙂 \n')).toBe('one\n\ttwo 🙂');
});

it('leaves out what cannot travel, so that the server takes the rest', () => {
  const text = transportableText('a\u0000b\u000Bc\u0007d\uFFFEe\r\nf\uD800');
  expect(text).toBe('abcde\nf\uFFFD');
  expect(messageContent.safeParse(text).success).toBe(true);
});

it.each(['', ' \n ', '\u0000', 'x'.repeat(8_001)])('refuses what is empty or too long', (text) => {
  expect(() => transportableText(text)).toThrow(RangeError);
});
