import type { MessageView } from '../../events/http-contracts.ts';
import { plainText } from './plain-text.ts';

const maxChars = 120;

/** One line of a message without its marks, as a quote or in a list shows it. */
export function messageSummary(message: Pick<MessageView, 'content' | 'deleted_at' | 'forwarded'>): string {
  if (message.deleted_at !== undefined) return 'Message deleted';
  const line = plainText(message.content || (message.forwarded?.content ?? ''))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > maxChars ? `${line.slice(0, maxChars).toWellFormed()}…` : line;
}
