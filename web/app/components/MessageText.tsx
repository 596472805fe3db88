import { memo } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { parseMarkdown } from '../markdown.ts';
import { MarkdownNodes } from './MarkdownNodes.tsx';

export interface MessageTextProps {
  readonly text: string;
  /** The people that the message names. */
  readonly mentioned?: readonly PersonView[];
  readonly myId?: string | undefined;
}

const nobody: readonly PersonView[] = [];

/** What was written, formatted. Nothing of it becomes HTML: the tree of its marks becomes elements, one kind each. */
export const MessageText = memo(function MessageText({ text, mentioned = nobody, myId }: MessageTextProps) {
  return (
    <div className="message-text">
      <MarkdownNodes nodes={parseMarkdown(text)} names={{ mentioned, myId }} />
    </div>
  );
}, isSameText);

/** The list of people is a new one each time; the people in it are not. */
function isSameText(before: MessageTextProps, after: MessageTextProps): boolean {
  const { text, myId, mentioned = nobody } = before;
  const now = after.mentioned ?? nobody;
  return (
    text === after.text &&
    myId === after.myId &&
    mentioned.length === now.length &&
    mentioned.every((person, index) => person === now[index])
  );
}
