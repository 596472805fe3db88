export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

const candidate = /\bhttps?:\/\/[^\s<>"'`]+/gi;
/** Ends a sentence, not an address. */
const trailing = /[.,;:!?…)\]}]+$/;

/**
 * Splits a text at what the browser itself takes for an http(s) address. All else stays text, so neither
 * `javascript:` nor anything hidden in a look-alike becomes clickable.
 */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(candidate)) {
    const address = withoutTrailing(match[0]);
    const href = httpHref(address);
    if (href === undefined) continue;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push({ kind: 'link', text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** A closing bracket belongs to the address if the address opened it. */
function withoutTrailing(address: string): string {
  const tail = trailing.exec(address)?.[0] ?? '';
  const body = address.slice(0, address.length - tail.length);
  return tail.startsWith(')') && body.includes('(') && !body.includes(')') ? `${body})` : body;
}

function httpHref(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : undefined;
}
