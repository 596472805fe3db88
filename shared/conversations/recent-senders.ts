import { limits } from '../limits.ts';

/** The map of recent senders after a batch: the newest ones stay, so that the counter item keeps below 1 KB. */
export function recentSendersAfter(
  before: Readonly<Record<string, number>>,
  messages: readonly { senderId: string; seq: number }[],
): Record<string, number> {
  const after = { ...before, ...Object.fromEntries(messages.map(({ senderId, seq }) => [senderId, seq])) };
  const newestFirst = Object.entries(after).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(newestFirst.slice(0, limits.recentSendersMax));
}
