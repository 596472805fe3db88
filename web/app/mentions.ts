import type { Mention } from '../../events/client-frames.ts';
import type { PersonView } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { mentionableTexts } from './plain-text.ts';

/** What may stand in a handle: where one ends is where no such character follows. */
const handleCharacter = /[\p{L}\p{N}_.-]/u;

/** The beginning of a handle that is being written before the caret, without its @. */
export interface MentionQuery {
  readonly start: number;
  readonly text: string;
}

/** Undefined where nobody is being named: an @ inside a word is part of an address. */
export function mentionQuery(text: string, caret: number): MentionQuery | undefined {
  const match = /(?:^|[\s([{"'])@([\p{L}\p{N}_.-]*)$/u.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? undefined : { start: caret - query.length - 1, text: query };
}

/** The people whose handle or name begins like this, those of the conversation in their order. */
export function mentionCandidates(people: readonly PersonView[], query: string, max = 6): PersonView[] {
  const wanted = query.toLocaleLowerCase();
  const isMeant = ({ handle, display_name: name }: PersonView): boolean =>
    [handle, ...name.split(/\s+/)].some((word) => word.toLocaleLowerCase().startsWith(wanted));
  return people.filter((person) => !person.deleted && isMeant(person)).slice(0, max);
}

/**
 * The ids of those whose handle stands in the message, each once; `all` for `@all`, for those who may. Code names
 * nobody.
 */
export function mentionsIn(
  markdown: string,
  people: readonly PersonView[],
  mayMentionAll = false,
): Mention[] {
  const texts = mentionableTexts(markdown);
  const namesAll = mayMentionAll && texts.some((text) => /(?<![\w@])@all(?![\w-])/i.test(text));
  const isNamed = (person: PersonView): boolean =>
    texts.some((text) => mentionRanges(text, [person]).length > 0);
  const ids = people.filter((person) => !person.deleted && isNamed(person)).map((person) => person.user_id);
  return [...new Set<Mention>([...(namesAll ? (['all'] as const) : []), ...ids])].slice(
    0,
    limits.mentionsMax,
  );
}

export interface MentionRange {
  readonly start: number;
  readonly end: number;
  readonly person: PersonView;
}

/** Where these people are named, in the order of the text. */
export function mentionRanges(text: string, people: readonly PersonView[]): MentionRange[] {
  return people.flatMap((person) => rangesOf(text, person)).sort((left, right) => left.start - right.start);
}

function rangesOf(text: string, person: PersonView): MentionRange[] {
  const ranges: MentionRange[] = [];
  const name = `@${person.handle}`.toLowerCase();
  const folded = text.toLowerCase();
  // Folding that changes lengths would shift the places: such a text is searched as it is.
  const searched = folded.length === text.length ? folded : text;
  for (let start = searched.indexOf(name); start >= 0; start = searched.indexOf(name, start + 1)) {
    const end = start + name.length;
    const isWordBefore = start > 0 && handleCharacter.test(text[start - 1] ?? '');
    if (!isWordBefore && !goesOn(text, end)) ranges.push({ start, end, person });
  }
  return ranges;
}

/** A full stop may end the sentence instead of going on with the handle. */
function goesOn(text: string, end: number): boolean {
  const rest = text.slice(end).replace(/^[.-]+(?![\p{L}\p{N}_])/u, '');
  return rest.length === text.length - end && handleCharacter.test(rest[0] ?? '');
}
