/**
 * The form in which names, handles and addresses are compared: two that look alike to a reader compare equal.
 * Unicode compatibility composition, then lower case.
 */
export function foldCase(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

const searchTermMaxChars = 64;

/** The words of a name, folded, for prefix search. */
export function searchTerms(...names: string[]): string[] {
  const words = names.flatMap((name) => foldCase(name).split(/[^\p{L}\p{N}]+/u));
  const terms = [...names.map(foldCase), ...words].map(searchPrefix);
  return [...new Set(terms)].filter((term) => term.length > 0);
}

/** Folding can make one letter eighteen, and a key takes 1 KB: terms and queries are cut alike. */
export function searchPrefix(folded: string): string {
  return Array.from(folded).slice(0, searchTermMaxChars).join('');
}

/** At most `maxChars` whole characters of a text. */
export function truncate(text: string, maxChars: number): string {
  const characters = Array.from(text);
  return characters.length <= maxChars ? text : `${characters.slice(0, maxChars - 1).join('')}…`;
}
