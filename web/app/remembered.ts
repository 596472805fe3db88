/**
 * The same work is done once per text: `make` runs for a text that is not remembered. What was remembered first goes
 * first, as soon as the texts together have more than `maxChars` characters.
 */
export function remembered<T extends NonNullable<unknown>>(
  make: (text: string) => T,
  maxChars: number,
): (text: string) => T {
  const known = new Map<string, T>();
  let chars = 0;
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    known.set(text, made);
    chars += text.length;
    for (const oldest of known.keys()) {
      if (chars <= maxChars) break;
      known.delete(oldest);
      chars -= oldest.length;
    }
    return made;
  };
}
