import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import type { Roster } from '../conversations/roster.ts';
import type { Timeline } from './fold-timeline.ts';
import { type Incoming, targetOf } from './incoming.ts';
import type { Message } from './message.ts';
import type { MessageStore } from './message-store.ts';

export interface LoadDeps {
  readonly conversations: Pick<ConversationStore, 'pins' | 'membershipsIn'>;
  readonly roster: Roster;
  readonly messages: Pick<MessageStore, 'many' | 'versions'>;
}

/**
 * What a batch depends on beside the conversation itself. All of it is read after the conversation, strongly consistent,
 * and changes only together with its counters or its membership version: the commit that proves those proves this.
 * A batch of plain messages reads nothing but the roster.
 */
export async function loadTimeline(
  conversation: Conversation,
  batch: readonly Incoming[],
  deps: LoadDeps,
): Promise<Timeline> {
  const [memberIds, targets] = await Promise.all([
    deps.roster.of(conversation),
    loadTargets(conversation, batch, deps),
  ]);
  const [ownerIds, formerTexts, pins] = await Promise.all([
    loadOwners(conversation, batch.filter(mayNeedOwner(targets)), deps),
    loadFormerTexts(conversation, batch, targets, deps),
    batch.some(touchesPins(targets)) ? deps.conversations.pins(conversation.convoId) : [],
  ]);
  return { conversation, memberIds, ownerIds, targets, formerTexts, pins };
}

async function loadTargets(
  { convoId, seq }: Conversation,
  batch: readonly Incoming[],
  { messages }: LoadDeps,
): Promise<Map<number, Message>> {
  const seqs = new Set(batch.flatMap((incoming) => targetOf(incoming) ?? []).filter((one) => one <= seq));
  const targets = seqs.size > 0 ? await messages.many(convoId, [...seqs]) : [];
  return new Map(targets.map((message) => [message.seq, message]));
}

async function loadOwners(
  { convoId, type }: Conversation,
  batch: readonly Incoming[],
  { conversations }: LoadDeps,
): Promise<Set<string>> {
  const senders = new Set(batch.map(({ accepted }) => accepted.sender_id));
  if (type === 'direct' || senders.size === 0) return new Set();
  const memberships = await conversations.membershipsIn(convoId, [...senders]);
  return new Set(memberships.filter(({ role }) => role === 'owner').map(({ userId }) => userId));
}

async function loadFormerTexts(
  { convoId }: Conversation,
  batch: readonly Incoming[],
  targets: ReadonlyMap<number, Message>,
  { messages }: LoadDeps,
) {
  const rewritten = batch.filter((one) => ['edit', 'delete'].includes(kindOf(one) ?? ''));
  const edited = rewritten.flatMap((one) => targets.get(targetOf(one) ?? 0) ?? []).filter(wasEdited);
  const seqs = [...new Set(edited.map(({ seq }) => seq))];
  return new Map(
    await Promise.all(seqs.map(async (seq) => [seq, await messages.versions(convoId, seq)] as const)),
  );
}

const wasEdited = ({ editedAt }: Message) => editedAt !== undefined;

function kindOf({ accepted }: Incoming) {
  return accepted.name === 'change.accepted' ? accepted.change.kind : undefined;
}

function touchesPins(targets: ReadonlyMap<number, Message>): (incoming: Incoming) => boolean {
  return (incoming) => {
    const kind = kindOf(incoming);
    if (kind === 'delete') return targets.get(targetOf(incoming) ?? 0)?.pinned === true;
    return kind === 'pin' || kind === 'unpin';
  };
}

/** Pins, deletions of what others wrote, and `@all` are the owner's in a group. */
function mayNeedOwner(targets: ReadonlyMap<number, Message>): (incoming: Incoming) => boolean {
  return (incoming) => {
    const { accepted } = incoming;
    if (accepted.name === 'message.accepted') return accepted.mentions?.includes('all') ?? false;
    const { change } = accepted;
    if (change.kind === 'edit') return change.mentions?.includes('all') ?? false;
    if (change.kind === 'delete') return targets.get(change.seq_no)?.senderId !== accepted.sender_id;
    return change.kind === 'pin' || change.kind === 'unpin';
  };
}
