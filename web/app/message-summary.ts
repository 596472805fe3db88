import type { MessageView } from '../../events/http-contracts.ts';

const maxChars = 120;

/** One line of a message, as a quote or in a list shows it. */
export function messageSummary(message: Pick<MessageView, 'content' | 'deleted_at'>): string {
  if (message.deleted_at !== undefined) return 'Message deleted';
  const line = message.content.replace(/\s+/g, ' ').trim();
  return line.length > maxChars ? `${line.slice(0, maxChars).toWellFormed()}…` : line;
}
