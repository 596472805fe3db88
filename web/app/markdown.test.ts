import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { type MarkdownNode, parseMarkdown } from './markdown.ts';
import { plainText } from './plain-text.ts';

function depthOf(nodes: readonly MarkdownNode[]): number {
  return Math.max(0, ...nodes.map((node) => 1 + ('children' in node ? depthOf(node.children) : 0)));
}

const typed = (text: string) => [{ kind: 'paragraph', children: [{ kind: 'text', text }] }];
const filled = (text: string) =>
  text.repeat(limits.messageContentMaxChars).slice(0, limits.messageContentMaxChars);

it('reads the same text once', () => {
  expect(parseMarkdown('**once**')).toBe(parseMarkdown('**once**'));
});

describe('[E1] what people type without meaning a mark stays as it is', () => {
  it.each([
    '# 1 in the world',
    'a title\n---\nor not',
    'snake_case_name and 2 * 3 * 4',
    'a < b && c > d',
    '&amp; &lt;',
    '[1]: https',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    '<b>bold</b> <!-- no -->',
    '<script>alert(1)</script>',
    '>',
    '-',
    '1.',
    '```',
    '> -',
  ])('%j', (text) => {
    expect(parseMarkdown(text)).toEqual(typed(text));
  });

  it('line breaks too', () => {
    expect(parseMarkdown('one\ntwo')).toEqual(typed('one\ntwo'));
  });

  it('a backslash takes the meaning of a mark away', () => {
    expect(parseMarkdown('\\*no\\*')).toEqual(typed('*no*'));
  });
});

describe('a text that is there to hurt', () => {
  it.each([
    '>',
    '> ',
    '- ',
    '1. ',
    '> - ',
    '[',
    '![',
    '*a_',
    '`',
    '`a``',
    '](',
    '[a](',
    '~~a',
    '**a ',
    '*[',
    '\\',
    '<a ',
  ])('full of %j is neither lost nor nested deeply', (text) => {
    const nodes = parseMarkdown(filled(text));
    expect(depthOf(nodes)).toBeLessThanOrEqual(16);
    expect(nodes).not.toEqual([]);
  });

  it.each([
    ['quotes', `${'> '.repeat(40)}x`],
    ['lists', Array.from({ length: 40 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n')],
    ['emphasis', `${'*a _a '.repeat(40)}${'x_ x* '.repeat(40)}`.trim()],
  ])('of %s within each other is shown as typed', (_name, text) => {
    expect(parseMarkdown(text)).toEqual(typed(text));
  });
});

it('loses no letter, whatever marks stand around it', () => {
  const parts = [
    'x',
    'x ',
    '*',
    '**',
    '_',
    '~~',
    '> ',
    '- ',
    '1. ',
    '    ',
    '\n',
    '\n\n',
    '[',
    ']',
    '!',
    '\\',
    '#',
    '|',
    '<',
  ];
  const letters = (text: string) => text.replace(/[^x]/g, '');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 60 }), (tokens) => {
      const text = tokens.join('');
      expect(letters(plainText(text))).toBe(letters(text));
    }),
  );
});
