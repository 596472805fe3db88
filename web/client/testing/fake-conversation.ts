import type { MessageChangeFrame, SyncCursor } from '../../../events/client-frames.ts';
import type { ChangesResponse, MessageView } from '../../../events/http-contracts.ts';
import type {
  ConversationView,
  MessageAck,
  MessageUpdate,
  ServerEvent,
} from '../../../events/server-frames.ts';
import { changedMessage, refusalOf, rejected } from './fake-changes.ts';
import { FakeMembers } from './fake-members.ts';

type Version = { content: string; created_at: string };

/** One conversation of the fake server: who is in it, its messages in their present state, and the log of their changes. */
export class FakeConversation {
  readonly convoId: string;
  readonly people: FakeMembers;
  readonly messages: MessageView[] = [];
  readonly reads = new Map<string, number>();
  /** Who wants something to count as unread again. */
  readonly putBack = new Set<string>();
  readonly deliveries = new Map<string, number>();
  readonly versions = new Map<number, Version[]>();
  /** Person → how far they have read its threads. */
  readonly threadMarks = new Map<string, { seq: number; read: Map<number, number> }>();
  /** The message of each change: the first one has number 1. */
  readonly #log: number[] = [];
  readonly #acks = new Map<string, MessageAck>();

  constructor(convoId: string, type: ConversationView['type'], members: readonly string[]) {
    this.convoId = convoId;
    this.people = new FakeMembers(type, members);
  }

  get members(): readonly string[] {
    return this.people.ids;
  }

  get rev(): number {
    return this.#log.length;
  }

  /** Takes a message in its place; of one in a thread everybody hears of its root, too. */
  add(message: MessageView): ServerEvent[] {
    const root = message.thread === undefined ? undefined : this.#rootOf(message.thread);
    const stored: MessageView =
      root === undefined
        ? message
        : { ...message, thread: root.seq_no, thread_seq: (root.replies?.count ?? 0) + 1 };
    this.messages.push(stored);
    this.#heardFrom(stored);
    const create = { type: 'message.create' as const, ...stored };
    if (root === undefined) return [create];
    const others = (root.replies?.user_ids ?? []).filter((id) => id !== stored.sender_id);
    const replies = {
      count: stored.thread_seq ?? 1,
      last_seq: stored.seq_no,
      last_at: stored.created_at,
      user_ids: [...others, stored.sender_id],
    };
    return [create, this.#store(root, { ...root, replies })];
  }

  /** The ack, and what everybody hears if it made a difference. */
  change(userId: string, frame: MessageChangeFrame, at: string): { ack: MessageAck; update?: MessageUpdate } {
    const key = `${userId} ${frame.client_msg_id}`;
    const known = this.#acks.get(key);
    if (known?.status === 'persisted') return { ack: { ...known, status: 'duplicate' } };
    const before = this.messages[frame.seq_no - 1];
    const refusal = refusalOf(before, userId, frame);
    if (before === undefined || refusal !== undefined)
      return { ack: rejected(frame, refusal ?? 'message.not_found') };
    const after = changedMessage(before, userId, frame, at);
    const update = JSON.stringify(after) === JSON.stringify(before) ? undefined : this.#store(before, after);
    const ack: MessageAck = {
      type: 'message.ack',
      convo_id: this.convoId,
      client_msg_id: frame.client_msg_id,
      status: 'persisted',
      server_msg_id: before.server_msg_id,
      seq_no: before.seq_no,
      created_at: at,
      rev: this.rev,
    };
    this.#acks.set(key, ack);
    return update === undefined ? { ack } : { ack, update };
  }

  /** A page of what changed after `since`: each message that this person may see once, as it is now. */
  changes(userId: string, since: number, limit: number): ChangesResponse {
    const { from, until } = this.window(userId);
    const lastRev = this.people.left.get(userId)?.rev ?? this.rev;
    const entries = this.#log.slice(since, Math.min(since + limit, lastRev));
    const rev = since + entries.length;
    const seqs = [...new Set(entries)].filter((seqNo) => seqNo > from && seqNo <= until);
    return {
      messages: seqs.map((seqNo) => this.#at(seqNo)),
      rev,
      last_rev: lastRev,
      has_more: rev < lastRev,
    };
  }

  /** What a sync sends: messages after the cursor, and changes of the others as one chain. */
  missed(
    userId: string,
    cursor: SyncCursor | undefined,
    max: number,
  ): { events: ServerEvent[]; sentSeq: number; sentRev: number } {
    const { from, until } = this.window(userId);
    const given = typeof cursor === 'object' ? cursor : { seq_no: cursor ?? 0, rev: this.rev };
    const held = { ...given, seq_no: Math.max(given.seq_no, from) };
    const sent = this.messages.slice(held.seq_no, Math.min(held.seq_no + max, until));
    const sentRev = Math.min(this.rev, held.rev + max);
    let prev = held.rev;
    const updates: ServerEvent[] = [];
    for (let rev = held.rev + 1; rev <= sentRev; rev += 1) {
      const seqNo = this.#log[rev - 1] ?? 0;
      const isLast = this.#log.indexOf(seqNo, rev) < 0 || this.#log.indexOf(seqNo, rev) >= sentRev;
      if (seqNo > held.seq_no || seqNo <= from || !isLast) continue;
      updates.push(this.#update(this.#at(seqNo), prev, rev));
      prev = rev;
    }
    const creates = sent.map((message) => ({ type: 'message.create' as const, ...message }));
    return { events: [...creates, ...updates], sentSeq: held.seq_no + sent.length, sentRev };
  }

  /** Which messages this person may see: `from` < seq_no ≤ `until`. */
  window(userId: string): { from: number; until: number } {
    const from = this.people.fromSeqs.get(userId) ?? 0;
    return { from, until: this.people.left.get(userId)?.seq ?? this.messages.length };
  }

  visibleTo(userId: string): MessageView[] {
    const { from, until } = this.window(userId);
    return this.messages.slice(from, until);
  }

  /** The messages of one thread, the first first. */
  thread(rootSeq: number): MessageView[] {
    return this.messages.filter(({ thread }) => thread === rootSeq);
  }

  marksOf(userId: string): { seq: number; read: Map<number, number> } {
    const marks = this.threadMarks.get(userId) ?? { seq: 0, read: new Map<number, number>() };
    this.threadMarks.set(userId, marks);
    return marks;
  }

  /** Whoever writes has read what came before, unless they have put their mark back. */
  #heardFrom({ sender_id: userId, seq_no: seqNo, thread, thread_seq: threadSeq }: MessageView): void {
    if (!this.putBack.has(userId)) this.reads.set(userId, seqNo);
    if (thread !== undefined && threadSeq !== undefined) this.marksOf(userId).read.set(thread, threadSeq);
  }

  #rootOf(seqNo: number): MessageView {
    const named = this.#at(seqNo);
    return named.thread === undefined ? named : this.#at(named.thread);
  }

  #store(before: MessageView, after: MessageView): MessageUpdate {
    const prevRev = this.rev;
    const versions = this.versions.get(before.seq_no) ?? [
      { content: before.content, created_at: before.created_at },
    ];
    if (after.content !== before.content)
      this.versions.set(before.seq_no, [
        ...versions,
        { content: after.content, created_at: before.created_at },
      ]);
    this.#log.push(before.seq_no);
    this.messages[before.seq_no - 1] = { ...after, rev: this.rev };
    return this.#update(this.#at(before.seq_no), prevRev, this.rev);
  }

  #update(message: MessageView, prevRev: number, rev: number): MessageUpdate {
    return { type: 'message.update', convo_id: this.convoId, prev_rev: prevRev, rev, message };
  }

  #at(seqNo: number): MessageView {
    const message = this.messages[seqNo - 1];
    if (message === undefined) throw new Error(`no message ${seqNo}`);
    return message;
  }
}
