import type { MessageChangeFrame, SyncCursor } from '../../../events/client-frames.ts';
import type { ChangesResponse, MessageView } from '../../../events/http-contracts.ts';
import type {
  ConversationView,
  MessageAck,
  MessageUpdate,
  ServerEvent,
} from '../../../events/server-frames.ts';

type Version = { content: string; created_at: string };

/** One conversation of the fake server: its messages in their present state, and the log of their changes. */
export class FakeConversation {
  readonly convoId: string;
  readonly type: ConversationView['type'];
  readonly members: readonly string[];
  readonly messages: MessageView[] = [];
  readonly reads = new Map<string, number>();
  readonly deliveries = new Map<string, number>();
  readonly versions = new Map<number, Version[]>();
  /** The message of each change: the first one has number 1. */
  readonly #log: number[] = [];
  readonly #acks = new Map<string, MessageAck>();

  constructor(convoId: string, type: ConversationView['type'], members: readonly string[]) {
    this.convoId = convoId;
    this.type = type;
    this.members = members;
  }

  get rev(): number {
    return this.#log.length;
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
    const after = changed(before, userId, frame, at);
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

  /** A page of what changed after `since`: each message once, as it is now. */
  changes(since: number, limit: number): ChangesResponse {
    const entries = this.#log.slice(since, since + limit);
    const rev = since + entries.length;
    const messages = [...new Set(entries)].map((seqNo) => this.#at(seqNo));
    return { messages, rev, last_rev: this.rev, has_more: rev < this.rev };
  }

  /** What a sync sends: messages after the cursor, and changes of the others as one chain. */
  missed(
    cursor: SyncCursor | undefined,
    max: number,
  ): { events: ServerEvent[]; sentSeq: number; sentRev: number } {
    const held = typeof cursor === 'object' ? cursor : { seq_no: cursor ?? 0, rev: this.rev };
    const sent = this.messages.slice(held.seq_no, held.seq_no + max);
    const sentRev = Math.min(this.rev, held.rev + max);
    let prev = held.rev;
    const updates: ServerEvent[] = [];
    for (let rev = held.rev + 1; rev <= sentRev; rev += 1) {
      const seqNo = this.#log[rev - 1] ?? 0;
      const isLast = this.#log.indexOf(seqNo, rev) < 0 || this.#log.indexOf(seqNo, rev) >= sentRev;
      if (seqNo > held.seq_no || !isLast) continue;
      updates.push(this.#update(this.#at(seqNo), prev, rev));
      prev = rev;
    }
    const creates = sent.map((message) => ({ type: 'message.create' as const, ...message }));
    return { events: [...creates, ...updates], sentSeq: held.seq_no + sent.length, sentRev };
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

function refusalOf(
  message: MessageView | undefined,
  userId: string,
  frame: MessageChangeFrame,
): string | undefined {
  if (message === undefined) return 'message.not_found';
  if (frame.action === 'message.delete' || frame.action === 'message.edit') {
    if (message.sender_id !== userId) return 'message.forbidden';
  }
  return message.deleted_at !== undefined && frame.action !== 'message.delete'
    ? 'message.not_found'
    : undefined;
}

function rejected(frame: MessageChangeFrame, code: string): MessageAck {
  const { convo_id, client_msg_id } = frame;
  return {
    type: 'message.ack',
    convo_id,
    client_msg_id,
    status: 'rejected',
    error: { code, detail: 'refused' },
  };
}

function changed(message: MessageView, userId: string, frame: MessageChangeFrame, at: string): MessageView {
  switch (frame.action) {
    case 'message.edit':
      return frame.content === message.content
        ? message
        : { ...message, content: frame.content, edited_at: at };
    case 'message.delete': {
      if (message.deleted_at !== undefined) return message;
      const { reactions: _r, pinned: _p, mentions: _m, reply_to: _t, edited_at: _e, ...rest } = message;
      return { ...rest, content: '', deleted_at: at };
    }
    case 'message.pin':
      return { ...message, pinned: true };
    case 'message.unpin': {
      const { pinned: _pinned, ...rest } = message;
      return rest;
    }
    case 'reaction.add':
      return withReactors(message, frame.emoji, (users) => [...new Set([...users, userId])]);
    case 'reaction.remove':
      return withReactors(message, frame.emoji, (users) => users.filter((other) => other !== userId));
  }
}

function withReactors(message: MessageView, emoji: string, step: (users: string[]) => string[]): MessageView {
  const byEmoji = new Map((message.reactions ?? []).map((each) => [each.emoji, each.user_ids]));
  byEmoji.set(emoji, step(byEmoji.get(emoji) ?? []));
  const reactions = [...byEmoji].flatMap(([text, users]) =>
    users.length === 0 ? [] : [{ emoji: text, count: users.length, user_ids: users }],
  );
  const { reactions: _before, ...rest } = message;
  return reactions.length === 0 ? rest : { ...rest, reactions };
}
