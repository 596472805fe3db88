import { linkParts } from '../link-parts.ts';

/** Text as text. Addresses become links that tell the other side nothing about this page. */
export function MessageText({ text }: { readonly text: string }) {
  return (
    <p dir="auto">
      {linkParts(text).map((part, index) => {
        // The parts of a text never change places, so their place is their identity.
        const key = `${index}`;
        return part.kind === 'text' ? (
          <span key={key}>{part.text}</span>
        ) : (
          <a key={key} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        );
      })}
    </p>
  );
}
