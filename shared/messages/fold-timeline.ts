import type { ChangeAccepted, TimelineEvent } from '../../events/change-accepted.ts';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { Role } from '../../events/server-frames.ts';
import { type Conversation, capabilitiesOf } from '../conversations/conversation.ts';
import type { Member } from '../conversations/roster.ts';
import type { ErrorCode } from '../errors.ts';
import { rootOf, threadAfter } from '../threads/thread-of.ts';
import { type Actor, applyChange, formerTextsAfter } from './apply-change.ts';
import { bodyHash, type Incoming } from './incoming.ts';
import { type FormerText, type Forwarded, fits, type Message } from './message.ts';
import type { ChangeMark, Effects, LogEntry, NewEntry } from './message-store.ts';

/** All that a batch can depend on, as it was read; the commit proves it current. */
export interface Timeline {
  readonly conversation: Conversation;
  readonly members: readonly Member[];
  /** What the members are, where that matters to the batch; else empty, and everybody counts as a plain member. */
  readonly roles: ReadonlyMap<string, Role>;
  /** The messages that the batch wants to change, by number. */
  readonly targets: ReadonlyMap<number, Message>;
  /** What of them said something else before. */
  readonly formerTexts: ReadonlyMap<number, readonly FormerText[]>;
  readonly pins: readonly number[];
}

export interface Folded {
  /** What is to be stored, in the order of the batch, and who brought it. */
  readonly entries: readonly NewEntry[];
  readonly accepted: readonly Incoming[];
  readonly rejected: ReadonlyMap<Incoming, ErrorCode>;
  readonly effects: Effects;
  /** The messages that were created or looked at, as they are afterwards. */
  readonly present: ReadonlyMap<number, Message>;
}

interface Moment {
  /** ISO 8601. */
  readonly at: string;
  readonly newId: () => string;
}

/** A conversation while a batch is applied to it, one after the other. */
interface Draft extends Moment {
  readonly timeline: Timeline;
  /** Person → messages up to here were before their time. */
  readonly members: ReadonlyMap<string, number>;
  seq: number;
  rev: number;
  readonly messages: Map<number, Message>;
  readonly formerTexts: Map<number, readonly FormerText[]>;
  readonly log: LogEntry[];
  pins: readonly number[];
}

/** A message's number and what it did to the root of its thread, or a change's mark. */
type Done = { readonly seq: number; readonly change?: ChangeMark; readonly rooted?: LogEntry };

/**
 * Applies a batch to a conversation in its order, as if each stood alone: a later one sees what an earlier one did. Pure:
 * nothing is stored by it.
 */
export function foldTimeline(timeline: Timeline, batch: readonly Incoming[], moment: Moment): Folded {
  const draft = draftOf(timeline, moment);
  const rejected = new Map<Incoming, ErrorCode>();
  const done: (readonly [Incoming, Done])[] = [];
  for (const incoming of batch) {
    const outcome = take(incoming, draft);
    if (typeof outcome === 'string') rejected.set(incoming, outcome);
    else done.push([incoming, outcome]);
  }
  return {
    entries: done.map(([incoming, one]) => entryOf(incoming, one, draft)),
    accepted: done.map(([incoming]) => incoming),
    rejected,
    effects: effectsOf(draft),
    present: draft.messages,
  };
}

function draftOf(timeline: Timeline, moment: Moment): Draft {
  const { conversation, members, targets, pins } = timeline;
  return {
    ...moment,
    timeline,
    members: new Map(members.map(({ userId, fromSeq }) => [userId, fromSeq])),
    seq: conversation.seq,
    rev: conversation.rev,
    messages: new Map(targets),
    formerTexts: new Map(),
    log: [],
    pins,
  };
}

function take({ accepted }: Incoming, draft: Draft): Done | ErrorCode {
  if (!draft.members.has(accepted.sender_id)) return 'conversation.not_found';
  if (draft.timeline.conversation.archivedAt !== undefined) return 'conversation.archived';
  if (draft.timeline.conversation.silencedBy && !isTakenBack(accepted)) return 'conversation.silenced';
  return accepted.name === 'message.accepted' ? create(accepted, draft) : change(accepted, draft);
}

/** Where two do not hear each other, each may still take back what they said, and say nothing new by an edit or a reaction. */
function isTakenBack(accepted: TimelineEvent): boolean {
  return accepted.name === 'change.accepted' && ['delete', 'unreact'].includes(accepted.change.kind);
}

function create(accepted: MessageAccepted, draft: Draft): Done | ErrorCode {
  const { reply_to: replyTo, silent_mentions: silent = [] } = accepted;
  const actor = actorOf(accepted.sender_id, draft);
  if (!actor.maySend) return 'conversation.forbidden';
  const named = [...new Set(accepted.mentions)];
  if (!named.every(actor.mayMention)) return 'message.mention_invalid';
  const mentions = named.filter((one) => !silent.includes(one));
  // Numbers have no gaps, so that one which was given is a message, whatever became of it.
  if (replyTo !== undefined && (replyTo > draft.seq || isBeforeTimeOf(accepted.sender_id, replyTo, draft)))
    return 'message.not_found';
  if (!fits(accepted.content, accepted.forwarded)) return 'message.content_invalid';
  const root = threadRoot(accepted, draft);
  if (typeof root === 'string') return root;
  const message = newMessage(accepted, { mentions, root }, draft);
  draft.messages.set(message.seq, message);
  if (!root) return { seq: message.seq };
  record(root, { ...root, replies: threadAfter(root.replies, message) }, draft);
  return { seq: message.seq, rooted: { rev: draft.rev, seq: root.seq } };
}

/** The root of the thread that it is for: undefined if for none; or why it cannot be in that one. */
function threadRoot({ thread, sender_id }: MessageAccepted, draft: Draft): Message | ErrorCode | undefined {
  if (thread === undefined) return undefined;
  const root = rootOf(thread, (seq) => draft.messages.get(seq));
  if (typeof root === 'string') return root;
  return isBeforeTimeOf(sender_id, root.seq, draft) ? 'message.not_found' : root;
}

function isBeforeTimeOf(userId: string, seq: number, { members }: Draft): boolean {
  return seq <= (members.get(userId) ?? 0);
}

function newMessage(
  accepted: MessageAccepted,
  { mentions, root }: { readonly mentions: readonly string[]; readonly root: Message | undefined },
  draft: Draft,
): Message {
  const { reply_to: replyTo, forwarded } = accepted;
  draft.seq += 1;
  return {
    convoId: draft.timeline.conversation.convoId,
    seq: draft.seq,
    serverMsgId: draft.newId(),
    senderId: accepted.sender_id,
    clientMsgId: accepted.client_msg_id,
    content: accepted.content,
    createdAt: draft.at,
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions.length > 0 && { mentions }),
    ...(root && { thread: root.seq, threadSeq: (root.replies?.count ?? 0) + 1 }),
    ...(forwarded && { forwarded: forwardedFrom(forwarded) }),
  };
}

function forwardedFrom({
  sender_id,
  content,
  created_at,
}: NonNullable<MessageAccepted['forwarded']>): Forwarded {
  return { senderId: sender_id, content, createdAt: created_at };
}

function change({ change: wanted, sender_id }: ChangeAccepted, draft: Draft): Done | ErrorCode {
  const { seq_no: seq } = wanted;
  if (isBeforeTimeOf(sender_id, seq, draft)) return 'message.not_found';
  const before = draft.messages.get(seq);
  const actor = actorOf(sender_id, draft);
  const after = applyChange(before, wanted, { actor, at: draft.at, pinned: draft.pins.length });
  if (typeof after === 'string') return after;
  const effective = after !== before;
  if (before && effective) record(before, after, draft);
  return { seq, change: { rev: draft.rev, effective } };
}

/** An effective change: it takes the conversation's next change number. */
function record(before: Message, after: Message, draft: Draft): void {
  const { seq } = after;
  draft.rev += 1;
  draft.messages.set(seq, { ...after, rev: draft.rev });
  draft.log.push({ rev: draft.rev, seq });
  const texts = draft.formerTexts.get(seq) ?? draft.timeline.formerTexts.get(seq) ?? [];
  const textsAfter = formerTextsAfter(texts, before, { ...after, rev: draft.rev });
  if (textsAfter !== texts) draft.formerTexts.set(seq, textsAfter);
  if (after.pinned && !before.pinned) draft.pins = [...draft.pins, seq];
  if (before.pinned && !after.pinned) draft.pins = draft.pins.filter((pinned) => pinned !== seq);
}

function actorOf(userId: string, { timeline, members }: Draft): Actor {
  const capabilities = capabilitiesOf(timeline.conversation, timeline.roles.get(userId) ?? 'member');
  return {
    userId,
    maySend: capabilities.includes('message.send'),
    mayModerate: capabilities.includes('message.delete_any'),
    mayPin: capabilities.includes('message.pin'),
    mayMention: (mention) =>
      mention === 'all' ? capabilities.includes('mention.all') : members.has(mention),
  };
}

/** @throws an Error for a message that is not in the draft: whatever was taken is. */
function entryOf(incoming: Incoming, { seq, change, rooted }: Done, { messages }: Draft): NewEntry {
  const { accepted, queueMessageId } = incoming;
  const message = messages.get(seq);
  if (!message) throw new Error(`message ${seq} was taken and is not there`);
  const { session_id: sessionId, client_seq: number } = accepted;
  const clientSeq = number === undefined ? undefined : { sessionId, number };
  const request = { bodyHash: bodyHash(accepted), clientSeq, queueMessageId };
  if (!change) return { ...request, message, ...(rooted && { rooted }) };
  const { convoId, serverMsgId, createdAt } = message;
  const { sender_id: senderId, client_msg_id: clientMsgId } = accepted;
  return { ...request, change, place: { convoId, seq, serverMsgId, createdAt, senderId, clientMsgId } };
}

function effectsOf(draft: Draft): Effects {
  const { seq: lastSeq } = draft.timeline.conversation;
  const changed = [...new Set(draft.log.map(({ seq }) => seq))]
    .filter((seq) => seq <= lastSeq)
    .flatMap((seq) => draft.messages.get(seq) ?? []);
  const { log, formerTexts, pins } = draft;
  return { changed, log, formerTexts, ...(pins !== draft.timeline.pins && { pins }) };
}
