import { expect, it } from 'vitest';
import { linkParts } from './link-parts.ts';

function hrefs(text: string): string[] {
  return linkParts(text).flatMap((part) => (part.kind === 'link' ? [part.href] : []));
}

it('finds addresses and leaves the text around them as it is', () => {
  const text = 'See https://example.com/a?b=1#c, then http://example.org.';
  expect(hrefs(text)).toEqual(['https://example.com/a?b=1#c', 'http://example.org/']);
  const joined = linkParts(text).map((part) => part.text);
  expect(joined.join('')).toBe(text);
});

it.each([
  ['(https://example.com/a)', 'https://example.com/a'],
  ['https://example.com/a_(b)', 'https://example.com/a_(b)'],
  ['https://example.com/…', 'https://example.com/'],
  ['HTTPS://EXAMPLE.COM', 'https://example.com/'],
  ['"https://example.com"', 'https://example.com/'],
])('takes from %s the address alone', (text, href) => {
  expect(hrefs(text)).toEqual([href]);
});

it.each([
  'javascript:alert(1)',
  'data:text/html,<b>x',
  'file:///etc/passwd',
  'https://',
  'https://[bad',
  'xhttps://example.com',
  '',
])('makes no link of %j', (text) => {
  expect(hrefs(text)).toEqual([]);
  expect(
    linkParts(text)
      .map((part) => part.text)
      .join(''),
  ).toBe(text);
});
