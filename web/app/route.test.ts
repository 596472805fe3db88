import { expect, it } from 'vitest';
import { sectionOf, sections } from './components/settings/sections.ts';
import { conversationHref, inviteHref, listHref, placeOf, settingsHref, threadHref } from './route.ts';

const convoId = `c_${'1'.repeat(26)}`;

it('finds the place that each address leads to', () => {
  expect(placeOf(listHref)).toEqual({ name: 'list' });
  expect(placeOf('')).toEqual({ name: 'list' });
  expect(placeOf(conversationHref(convoId))).toEqual({
    name: 'conversation',
    convoId,
    thread: undefined,
  });
  expect(placeOf(threadHref(convoId, 12))).toEqual({ name: 'conversation', convoId, thread: 12 });
  expect(placeOf(inviteHref('a-B_9'))).toEqual({ name: 'invite', token: 'a-B_9' });
  expect(placeOf(settingsHref())).toEqual({ name: 'settings', section: undefined });
  for (const { id } of sections) expect(placeOf(settingsHref(id))).toEqual({ name: 'settings', section: id });
});

it.each([
  '#/settings/<b>',
  '#/settings/a/b',
  '#/settingsx',
  '#/c/',
  '#/c/a b',
  '#/c/a/t/0',
  '#/c/a/t/x',
  '#/invite/',
  '#/invite/a/b',
  '#javascript:alert(1)',
])('takes %s for the list', (hash) => {
  expect(placeOf(hash)).toEqual({ name: 'list' });
});

it('knows only the sections that there are', () => {
  expect(sectionOf('profile')?.title).toBe('Profile');
  expect(sectionOf('made-up')).toBeUndefined();
  expect(sectionOf(undefined)).toBeUndefined();
});
