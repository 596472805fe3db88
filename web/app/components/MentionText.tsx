import type { PersonView } from '../../../events/server-frames.ts';
import { mentionRanges } from '../mentions.ts';

/** Who can be named in a text, and who reads it. */
export interface Names {
  readonly mentioned: readonly PersonView[];
  readonly myId: string | undefined;
}

export interface MentionTextProps {
  readonly text: string;
  readonly names: Names;
}

/** A text with the people in it that its message names. */
export function MentionText({ text, names }: MentionTextProps) {
  const ranges = mentionRanges(text, names.mentioned);
  if (ranges.length === 0) return text;
  const starts = [0, ...ranges.map(({ end }) => end)];
  return starts.map((start, index) => {
    const range = ranges[index];
    return (
      <span key={start}>
        {text.slice(start, range?.start)}
        {range !== undefined && (
          <bdi
            className="mention"
            data-me={range.person.user_id === names.myId || undefined}
            title={range.person.display_name}
          >
            {text.slice(range.start, range.end)}
          </bdi>
        )}
      </span>
    );
  });
}
