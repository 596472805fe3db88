import type { ConversationStore } from '../conversations/conversation-store.ts';
import { limits } from '../limits.ts';
import type { Message } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import type { ExportPlace } from './export-cursor.ts';

interface Deps {
  readonly conversations: Pick<ConversationStore, 'standing' | 'standings' | 'getMany'>;
  readonly messages: Pick<MessageStore, 'range'>;
}

export interface OwnMessages {
  readonly messages: Message[];
  /** Where the next page begins; undefined when this one reaches the end. */
  readonly next: ExportPlace | undefined;
}

/** Messages are read so many at a time, and a page ends between two reads. */
const readAtOnce = 100;

/**
 * What a person wrote, conversation by conversation in the order of their ids, from a place on. One page reads at most
 * `limits.exportPageMessagesMax` messages of anybody, in at most `limits.conversationsPageMax` + 1 conversations, and ends
 * after the read that takes its texts beyond `limits.exportPageMaxBytes`; it may hold nothing and have a next one all the
 * same. Only conversations that the person is or was a member of are read, whatever the place says. What somebody wrote is
 * theirs wherever they left, and before a window that began anew; of other people's messages nothing is in it.
 */
export async function ownMessagesFrom(
  userId: string,
  start: ExportPlace | undefined,
  deps: Deps,
): Promise<OwnMessages> {
  const { conversations, next } = await conversationsFrom(userId, start?.convoId, deps);
  const page = new Page(userId);
  for (const { convoId, lastSeq } of conversations) {
    let seq = convoId === start?.convoId ? start.seq : 1;
    while (seq <= lastSeq) {
      const to = Math.min(lastSeq, seq + Math.min(readAtOnce, page.readsLeft) - 1);
      page.add(await deps.messages.range(convoId, seq, to), to - seq + 1);
      seq = to + 1;
      if (page.isFull) return { messages: page.own, next: { convoId, seq } };
    }
  }
  return { messages: page.own, next };
}

/** What one page holds, and how much of its bounds is used. */
class Page {
  readonly own: Message[] = [];
  readonly #userId: string;
  #read = 0;
  #bytes = 0;

  constructor(userId: string) {
    this.#userId = userId;
  }

  get readsLeft(): number {
    return limits.exportPageMessagesMax - this.#read;
  }

  get isFull(): boolean {
    return this.readsLeft <= 0 || this.#bytes > limits.exportPageMaxBytes;
  }

  add(messages: readonly Message[], read: number): void {
    const own = messages.filter(({ senderId }) => senderId === this.#userId);
    this.own.push(...own);
    this.#read += read;
    // As JSON, where a line break takes two bytes.
    this.#bytes += own.reduce((sum, { content }) => sum + Buffer.byteLength(JSON.stringify(content)), 0);
  }
}

/** The conversation of the place and the ones after it, as far as one page goes, and where the page after it begins. */
async function conversationsFrom(
  userId: string,
  from: string | undefined,
  deps: Deps,
): Promise<{ conversations: { convoId: string; lastSeq: number }[]; next: ExportPlace | undefined }> {
  const first = from === undefined ? undefined : await deps.conversations.standing(userId, from);
  const page = await deps.conversations.standings(userId, {
    limit: limits.conversationsPageMax,
    after: from,
  });
  const standings = [...(first ? [first] : []), ...page.memberships];
  const found = await deps.conversations.getMany(standings.map(({ convoId }) => convoId));
  const lastSeqs = new Map(found.map(({ convoId, seq }) => [convoId, seq]));
  const conversations = standings.map(({ convoId, left }) => ({
    convoId,
    lastSeq: left?.seq ?? lastSeqs.get(convoId) ?? 0,
  }));
  const last = page.next === undefined ? undefined : conversations.at(-1);
  return { conversations, next: last && { convoId: last.convoId, seq: last.lastSeq + 1 } };
}
