import { expect, it } from 'vitest';
import { sectionOf, sections } from './components/settings/sections.ts';
import { conversationHref, listHref, placeOf, settingsHref } from './route.ts';

const convoId = `c_${'1'.repeat(26)}`;

it('finds the place that each address leads to', () => {
  expect(placeOf(listHref)).toEqual({ name: 'list' });
  expect(placeOf('')).toEqual({ name: 'list' });
  expect(placeOf(conversationHref(convoId))).toEqual({ name: 'conversation', convoId });
  expect(placeOf(settingsHref())).toEqual({ name: 'settings', section: undefined });
  for (const { id } of sections) expect(placeOf(settingsHref(id))).toEqual({ name: 'settings', section: id });
});

it.each(['#/settings/<b>', '#/settings/a/b', '#/settingsx', '#/c/', '#/c/a b', '#javascript:alert(1)'])(
  'takes %s for the list',
  (hash) => {
    expect(placeOf(hash)).toEqual({ name: 'list' });
  },
);

it('knows only the sections that there are', () => {
  expect(sectionOf('profile')?.title).toBe('Profile');
  expect(sectionOf('made-up')).toBeUndefined();
  expect(sectionOf(undefined)).toBeUndefined();
});
