import { describe, expect, it } from 'vitest';
import type { PersonView } from '../../events/server-frames.ts';
import { ada, grace } from '../client/testing/test-client.ts';
import { mentionCandidates, mentionQuery, mentionRanges, mentionsIn } from './mentions.ts';

const people: PersonView[] = [
  { user_id: ada, handle: 'ada', display_name: 'Ada Lovelace' },
  { user_id: grace, handle: 'grace.h', display_name: 'Grace Hopper' },
];

describe('while somebody writes', () => {
  it('an @ at the beginning of a word asks for people', () => {
    expect(mentionQuery('hello @gr', 9)).toEqual({ start: 6, text: 'gr' });
    expect(mentionQuery('@', 1)).toEqual({ start: 0, text: '' });
  });

  it('an @ inside a word does not: it is an address', () => {
    expect(mentionQuery('mail ada@exam', 13)).toBeUndefined();
    expect(mentionQuery('@ada is', 7)).toBeUndefined();
  });

  it('people are found by the beginning of their handle or of one of their names', () => {
    const found = (query: string) => mentionCandidates(people, query).map((person) => person.handle);
    expect([found('GR'), found('hop'), found(''), found('x')]).toEqual([
      ['grace.h'],
      ['grace.h'],
      ['ada', 'grace.h'],
      [],
    ]);
  });
});

describe('a text that is sent', () => {
  it('names everybody whose handle stands in it, once, whatever the case', () => {
    expect(mentionsIn('@Ada and @ada: see @grace.h.', people)).toEqual([ada, grace]);
  });

  it('names nobody by a longer handle, or by an address', () => {
    expect(mentionsIn('@adam, x@ada.com, @ada-lin', people)).toEqual([]);
  });

  it('[E3] names people inside marks, but not in code or on a link', () => {
    expect(mentionsIn('> - **@ada**, ~~@grace.h~~', people)).toEqual([ada, grace]);
    const quiet = '`@ada` [@ada](https://example.com) https://example.com/@ada\n```\n@grace.h\n```';
    expect(mentionsIn(quiet, people)).toEqual([]);
  });

  it('shows where they are named', () => {
    const ranges = mentionRanges('hi @grace.h, @ada', people).map(({ start, end }) => [start, end]);
    expect(ranges).toEqual([
      [3, 11],
      [13, 17],
    ]);
  });
});

describe('everybody', () => {
  it.each([
    ['@all come here', true, ['all']],
    ['come here, @all!', true, ['all']],
    ['@all', false, []],
    ['@allan and me@all', true, []],
    ['**@all**', true, ['all']],
    ['`@all`', true, []],
  ])('is meant by @all, for those who may: %s', (text, may, expected) => {
    expect(mentionsIn(text, [], may)).toEqual(expected);
  });
});
