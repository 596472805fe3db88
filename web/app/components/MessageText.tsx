import type { PersonView } from '../../../events/server-frames.ts';
import { linkParts } from '../link-parts.ts';
import { mentionRanges } from '../mentions.ts';

export interface MessageTextProps {
  readonly text: string;
  /** The people that the message names. */
  readonly mentioned?: readonly PersonView[];
  readonly myId?: string;
}

const nobody: readonly PersonView[] = [];

/** Text as text. Addresses become links that tell the other side nothing about this page. */
export function MessageText({ text, mentioned = nobody, myId }: MessageTextProps) {
  return (
    <p dir="auto">
      {linkParts(text).map((part, index) => {
        // The parts of a text never change places, so their place is their identity.
        const key = `${index}`;
        return part.kind === 'text' ? (
          <TextWithMentions key={key} text={part.text} mentioned={mentioned} myId={myId} />
        ) : (
          <a key={key} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        );
      })}
    </p>
  );
}

interface TextWithMentionsProps {
  readonly text: string;
  readonly mentioned: readonly PersonView[];
  readonly myId: string | undefined;
}

function TextWithMentions({ text, mentioned, myId }: TextWithMentionsProps) {
  const ranges = mentionRanges(text, mentioned);
  const starts = [0, ...ranges.map(({ end }) => end)];
  return starts.map((start, index) => {
    const range = ranges[index];
    return (
      <span key={start}>
        {text.slice(start, range?.start)}
        {range !== undefined && (
          <span
            className="mention"
            data-me={range.person.user_id === myId || undefined}
            title={range.person.display_name}
          >
            {text.slice(range.start, range.end)}
          </span>
        )}
      </span>
    );
  });
}
