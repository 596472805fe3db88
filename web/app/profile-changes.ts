import type { Me, UpdateMeRequest } from '../../events/user-contracts.ts';

/** What the form of the profile changes; undefined if nothing. An empty choice removes. */
export function profileChanges(me: Me, field: (name: string) => string): UpdateMeRequest | undefined {
  const wanted = {
    display_name: field('display_name').trim(),
    handle: field('handle').trim(),
    locale: field('locale') || null,
    time_zone: field('time_zone') || null,
  };
  const changed: UpdateMeRequest = {
    ...(wanted.display_name !== me.display_name && { display_name: wanted.display_name }),
    ...(wanted.handle !== me.handle && { handle: wanted.handle }),
    ...(wanted.locale !== me.locale && { locale: wanted.locale }),
    ...(wanted.time_zone !== me.time_zone && { time_zone: wanted.time_zone }),
  };
  return Object.keys(changed).length === 0 ? undefined : changed;
}
