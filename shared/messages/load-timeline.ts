import type { Role } from '../../events/server-frames.ts';
import type { Conversation } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import type { Roster } from '../conversations/roster.ts';
import type { Timeline } from './fold-timeline.ts';
import { type Incoming, targetOf, threadOf } from './incoming.ts';
import type { Message } from './message.ts';
import type { MessageStore } from './message-store.ts';

export interface LoadDeps {
  readonly conversations: Pick<ConversationStore, 'pins'>;
  readonly roster: Roster;
  readonly messages: Pick<MessageStore, 'many' | 'versions'>;
}

/**
 * What a batch depends on beside the conversation itself. All of it is read after the conversation, strongly consistent,
 * and changes only together with its counters or its membership version: the commit that proves those proves this.
 * A batch of plain messages reads nothing but the roster, one of a thread its root besides.
 */
export async function loadTimeline(
  conversation: Conversation,
  batch: readonly Incoming[],
  deps: LoadDeps,
): Promise<Timeline> {
  const [members, targets] = await Promise.all([
    deps.roster.members(conversation),
    loadTargets(conversation, batch, deps),
  ]);
  const [roles, formerTexts, pins] = await Promise.all([
    rolesMatter(conversation, batch, targets) ? deps.roster.roles(conversation) : new Map<string, Role>(),
    loadFormerTexts(conversation, batch, targets, deps),
    batch.some(touchesPins(targets)) ? deps.conversations.pins(conversation.convoId) : [],
  ]);
  return { conversation, members, roles, targets, formerTexts, pins };
}

async function loadTargets(
  { convoId, seq }: Conversation,
  batch: readonly Incoming[],
  { messages }: LoadDeps,
): Promise<Map<number, Message>> {
  const named = new Set(
    batch.flatMap((incoming) => targetOf(incoming) ?? threadOf(incoming) ?? []).filter((one) => one <= seq),
  );
  const targets = named.size > 0 ? await messages.many(convoId, [...named]) : [];
  // Whoever answers a message of a thread names that one, and means its root.
  const inThreads = new Set(batch.flatMap((incoming) => threadOf(incoming) ?? []));
  const roots = new Set(targets.flatMap((one) => (inThreads.has(one.seq) && one.thread) || []));
  const more = [...roots].filter((root) => !named.has(root));
  const rest = more.length > 0 ? await messages.many(convoId, more) : [];
  return new Map([...targets, ...rest].map((message) => [message.seq, message]));
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

function rolesMatter(
  { type, posting }: Conversation,
  batch: readonly Incoming[],
  targets: ReadonlyMap<number, Message>,
): boolean {
  if (type === 'direct') return false;
  return posting === 'admins' || batch.some(mayNeedRole(targets));
}

/** Pins, deletions of what others wrote, and `@all` are not everybody's. */
function mayNeedRole(targets: ReadonlyMap<number, Message>): (incoming: Incoming) => boolean {
  return (incoming) => {
    const { accepted } = incoming;
    if (accepted.name === 'message.accepted') return accepted.mentions?.includes('all') ?? false;
    const { change } = accepted;
    if (change.kind === 'edit') return change.mentions?.includes('all') ?? false;
    if (change.kind === 'delete') return targets.get(change.seq_no)?.senderId !== accepted.sender_id;
    return change.kind === 'pin' || change.kind === 'unpin';
  };
}
