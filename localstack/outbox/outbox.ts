import { createOutboxFile } from './outbox-file.ts';
import { codeOf, type MessageDraft, type OutboxMessage } from './outbox-message.ts';

export interface OutboxQuery {
  /** An address, in any case, or a number; everybody's when not given. */
  readonly to?: string | undefined;
  /** Only messages after the one with this id, whether that is still there or not. */
  readonly after?: string | undefined;
  /** Of more than these the first ones with `after`, so that a reader misses none; else the last ones. */
  readonly limit?: number | undefined;
}

/** Where mail and SMS end up on a laptop, to be read there. */
export interface Outbox {
  add(draft: MessageDraft): OutboxMessage;
  /** Oldest first. */
  list(query: OutboxQuery): OutboxMessage[];
  /** As `list`, but waits for a first message; answers none when the time is over and on `signal`. */
  waitFor(
    query: OutboxQuery,
    options: { waitMs: number; signal?: AbortSignal | undefined },
  ): Promise<OutboxMessage[]>;
  clear(): void;
}

export interface OutboxOptions {
  /** JSON lines; only its owner may read it, for it holds codes that sign people in. */
  readonly file: string;
  readonly now: () => number;
  /** Ids must rise as text. */
  readonly newId: (nowMs: number) => string;
  /** The oldest beyond these are forgotten; 1,000 unless told. */
  readonly messagesMax?: number;
}

/** @throws StartupError when the file is damaged. */
export function createOutbox({ file, now, newId, messagesMax = 1000 }: OutboxOptions): Outbox {
  const stored = createOutboxFile(file, messagesMax);
  const waiting = new Set<() => void>();

  return {
    add(draft) {
      const nowMs = now();
      const code = codeOf(draft.text);
      const message: OutboxMessage = {
        id: newId(nowMs),
        ...draft,
        sent_at: new Date(nowMs).toISOString(),
        ...(code !== undefined && { code }),
      };
      stored.append(message);
      for (const look of waiting) look();
      return message;
    },
    list: (query) => select(stored.messages(), query),
    waitFor(query, { waitMs, signal }) {
      const { promise, resolve } = Promise.withResolvers<OutboxMessage[]>();
      const look = (isOver = false): void => {
        const found = signal?.aborted ? [] : select(stored.messages(), query);
        if (found.length > 0 || isOver || signal?.aborted) resolve(found);
      };
      const timer = setTimeout(look, waitMs, true);
      const lookAgain = (): void => look();
      waiting.add(lookAgain);
      signal?.addEventListener('abort', lookAgain);
      look();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(lookAgain);
        signal?.removeEventListener('abort', lookAgain);
      });
    },
    clear: () => stored.clear(),
  };
}

function select(
  messages: readonly OutboxMessage[],
  { to, after, limit = Infinity }: OutboxQuery,
): OutboxMessage[] {
  const folded = to?.toLowerCase();
  const matching = messages.filter(
    (message) =>
      (folded === undefined || message.to.toLowerCase() === folded) &&
      (after === undefined || message.id > after),
  );
  return after === undefined ? matching.slice(-limit) : matching.slice(0, limit);
}
