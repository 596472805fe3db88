import { describe, expect, it } from 'vitest';
import { messageSummary } from './message-summary.ts';
import { mentionableTexts, plainText } from './plain-text.ts';

describe('a message without its marks', () => {
  it.each([
    ['**bold** *it* ~~gone~~ `code`', 'bold it gone code'],
    ['- a\n- b\n  1. c', '• a\n• b\n1. c'],
    ['3. x\n4. y', '3. x\n4. y'],
    ['> said\n\nanswer', 'said\nanswer'],
    ['```js\nlet a;\nlet b;\n```', 'let a;\nlet b;'],
    ['[the docs](https://example.com) ![cat](https://example.com/cat.png)', 'the docs cat'],
    ['<b>x</b> &amp;', '<b>x</b> &amp;'],
    ['**cut in the mid', '**cut in the mid'],
    ['', ''],
  ])('%j is %j', (markdown, text) => {
    expect(plainText(markdown)).toBe(text);
  });

  it('cannot turn the line around it', () => {
    expect(plainText('a\u202Eb\u2067c\u202C\u2069 שלום\u200F!')).toBe('abc שלום\u200F!');
  });

  it('is one line where one line is shown', () => {
    expect(messageSummary({ content: '> said\n\n- **a**\n- b' })).toBe('said • a • b');
    expect(messageSummary({ content: '', deleted_at: '2026-01-01T00:00:00.000Z' })).toBe('Message deleted');
  });
});

it('leaves code and links out of the texts that can name somebody', () => {
  expect(mentionableTexts('a **b** `c` [d](https://example.com)\n> e\n```\nf\n```')).toEqual([
    'a ',
    'b',
    ' ',
    ' ',
    'e',
  ]);
});
