import type { ConversationView, PersonView } from '../../events/server-frames.ts';

type NamedConversation = Pick<ConversationView, 'type' | 'title' | 'members' | 'member_count'>;

/** A group's title, or the names of the others. */
export function conversationName(view: NamedConversation, myId: string): string {
  if (view.title !== null) return view.title;
  const others = view.members.filter((person) => person.user_id !== myId);
  if (others.length === 0) return 'Notes to self';
  return others.map((person) => person.display_name).join(', ');
}

export function personName(people: ReadonlyMap<string, PersonView>, userId: string, myId: string): string {
  if (userId === myId) return 'You';
  return people.get(userId)?.display_name ?? 'Someone';
}

/** Up to two letters: of the first and the last word. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = ends.map((word) => word?.match(/^./u)?.[0] ?? '');
  return letters.join('').toLocaleUpperCase() || '?';
}

/** The same hue (0–359) for the same id, spread over the colour wheel. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  // Ids that differ little shall not look alike: a Fibonacci hash spreads neighbours.
  return Math.floor(((Math.imul(hash, 0x9e3779b1) >>> 0) / 2 ** 32) * 360);
}

/** Ada, Grace and 2 more: at most `max` of them by name. You come first. */
export function nameList(
  people: ReadonlyMap<string, PersonView>,
  userIds: readonly string[],
  myId: string,
  max = 10,
): string {
  const ordered = [...userIds].sort((left, right) => Number(right === myId) - Number(left === myId));
  const names = ordered.slice(0, max).map((userId) => personName(people, userId, myId));
  const more = ordered.length - names.length;
  return new Intl.ListFormat('en').format(more > 0 ? [...names, `${more} more`] : names);
}
