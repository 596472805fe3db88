import { expect, it } from 'vitest';
import { updateMeRequest } from '../../events/user-contracts.ts';
import { languages, timeZones } from './locales.ts';

it('offers the chosen language first, then those of the browser, each once and in its own words', () => {
  const offered = languages('gsw', ['de-AT', 'en-GB']);
  expect(offered.slice(0, 3).map(({ value }) => value)).toEqual(['gsw', 'de-AT', 'en-GB']);
  expect(new Set(offered.map(({ value }) => value)).size).toBe(offered.length);
  expect(offered.find(({ value }) => value === 'fr')?.name).toBe('Français');
});

it('offers only what the server takes', () => {
  for (const { value } of languages(null, []))
    expect(updateMeRequest.safeParse({ locale: value }).success).toBe(true);
  for (const { value } of timeZones(null))
    expect(updateMeRequest.safeParse({ time_zone: value }).success).toBe(true);
});

it('keeps a chosen time zone that this browser does not list', () => {
  expect(timeZones('Mars/Olympus')[0]).toEqual({ value: 'Mars/Olympus', name: 'Mars/Olympus' });
  expect(timeZones('Europe/Vienna').filter(({ value }) => value === 'Europe/Vienna')).toHaveLength(1);
});
