/**
 * The form in which names, handles and addresses are compared: two that look alike to a reader compare equal.
 * Unicode compatibility composition, then lower case.
 */
export function foldCase(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The words of a name, folded, for prefix search. */
export function searchTerms(...names: string[]): string[] {
  const words = names.flatMap((name) => foldCase(name).split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...names.map(foldCase), ...words])].filter((term) => term.length > 0);
}

/** At most `maxChars` whole characters of a text. */
export function truncate(text: string, maxChars: number): string {
  const characters = Array.from(text);
  return characters.length <= maxChars ? text : `${characters.slice(0, maxChars - 1).join('')}…`;
}
