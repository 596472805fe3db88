import { describe, expect, it } from 'vitest';
import { conversationName, hueOf, initials, personName } from './names.ts';

const ada = { user_id: 'a', handle: 'ada', display_name: 'Ada Lovelace' };
const grace = { user_id: 'g', handle: 'grace', display_name: 'Grace Hopper' };

describe('the name of a conversation', () => {
  it('is the title of a group', () => {
    const view = { type: 'group' as const, title: 'Engine', members: [ada, grace], member_count: 2 };
    expect(conversationName(view, 'a')).toBe('Engine');
  });

  it('is the other one of two people, for each of them', () => {
    const view = { type: 'direct' as const, title: null, members: [ada, grace], member_count: 2 };
    expect([conversationName(view, 'a'), conversationName(view, 'g')]).toEqual([
      'Grace Hopper',
      'Ada Lovelace',
    ]);
  });

  it('says so when somebody talks to themselves', () => {
    const view = { type: 'direct' as const, title: null, members: [ada], member_count: 1 };
    expect(conversationName(view, 'a')).toBe('Notes to self');
  });
});

it('calls oneself You, and somebody unknown Someone', () => {
  const people = new Map([['g', grace]]);
  expect(['a', 'g', 'x'].map((id) => personName(people, id, 'a'))).toEqual([
    'You',
    'Grace Hopper',
    'Someone',
  ]);
});

it.each([
  ['Ada Lovelace', 'AL'],
  ['ada king lovelace', 'AL'],
  ['Plato', 'P'],
  ['  ', '?'],
  ['🙂', '?'],
  ['𝒜da', '𝒜'],
])('makes of %j the initials %s', (name, letters) => {
  expect(initials(name)).toBe(letters);
});

it('gives ids hues on the colour wheel, always the same ones', () => {
  const hues = Array.from({ length: 50 }, (_, index) => hueOf(`u_${index}`));
  expect(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < 360)).toBe(true);
  expect(new Set(hues).size).toBeGreaterThan(30);
  expect(hueOf('u_1')).toBe(hues[1]);
});
