import type { UpdateConversationRequest } from '../../events/membership-contracts.ts';
import type { Capability, SystemMessage } from '../../events/server-frames.ts';
import { isoTime } from '../clock.ts';
import { type ChangeDeps, type Changed, changeConversation, type Draft } from './change-conversation.ts';
import type { Conversation, Details } from './conversation.ts';
import type { ConversationStore } from './conversation-store.ts';
import { permittedCaller } from './permitted-caller.ts';

interface Deps extends ChangeDeps {
  readonly conversations: Pick<ConversationStore, 'get' | 'roster' | 'membership' | 'details'>;
}

/**
 * What to do about one field: undefined when it is like that already. Each has its own line of the timeline, so that each is
 * a change of its own.
 */
type Edit = (conversation: Conversation, deps: Deps) => Promise<EditDraft | undefined>;
type EditDraft = Omit<Draft, 'line'> & { readonly system: SystemMessage };

/**
 * Changes title, topic, avatar and settings, each that is named and differs as a change of its own, told by `tell` as soon as
 * it is made. What is refused is refused before the first change, unless somebody else changes the caller's rights in
 * between; a repeat goes on where the first time ended.
 *
 * Throws `conversation.not_found`, `conversation.direct`, `conversation.archived` and `conversation.forbidden`.
 */
export async function updateConversation(
  callerId: string,
  convoId: string,
  request: UpdateConversationRequest,
  { tell, ...deps }: Deps & { readonly tell: (changed: Changed) => Promise<void> },
): Promise<void> {
  for (const { capability, edit } of editsOf(request)) {
    const changed = await changeConversation(
      convoId,
      async (conversation) => {
        await permittedCaller(callerId, capability, conversation, deps.conversations);
        const draft = await edit(conversation, deps);
        if (!draft) return undefined;
        const { system, ...rest } = draft;
        return { ...rest, line: { actorId: callerId, system } };
      },
      deps,
    );
    if (changed !== 'unchanged') await tell(changed);
  }
}

/**
 * In the one order in which nothing stands in the way of the rest: out of the archive first, into it last, and between them
 * first what an archived conversation refuses.
 */
function editsOf({ title, topic, avatar, history, posting, archived }: UpdateConversationRequest) {
  const edits: [Capability, Edit | undefined][] = [
    ['conversation.settings', archived === false ? unarchive : undefined],
    ['conversation.edit', title === undefined ? undefined : rename(title)],
    ['conversation.edit', topic === undefined ? undefined : describe({ topic })],
    ['conversation.edit', avatar === undefined ? undefined : describe({ avatar })],
    ['conversation.settings', history && showHistory(history)],
    ['conversation.settings', posting && letPost(posting)],
    ['conversation.settings', archived ? archive : undefined],
  ];
  return edits.flatMap(([capability, edit]) => (edit ? [{ capability, edit }] : []));
}

const rename =
  (title: string): Edit =>
  async (conversation) =>
    conversation.title === title
      ? undefined
      : { system: { code: 'conversation.renamed', params: { title } }, settings: { title } };

/** Topic and avatar stand beside the counters; null takes one away. */
function describe(change: { topic?: string | null; avatar?: string | null }): Edit {
  return async ({ convoId, hasDetails }, { conversations }) => {
    const before = hasDetails ? ((await conversations.details([convoId])).get(convoId) ?? {}) : {};
    const details = withDetails(before, change);
    if (details.topic === before.topic && details.avatar === before.avatar) return undefined;
    const { topic } = change;
    const system: SystemMessage =
      topic === undefined
        ? { code: 'conversation.avatar_changed', params: {} }
        : { code: 'conversation.topic_changed', params: { topic } };
    return { system, details };
  };
}

function withDetails(before: Details, change: { topic?: string | null; avatar?: string | null }): Details {
  const { topic = before.topic, avatar = before.avatar } = change;
  return { ...(topic && { topic }), ...(avatar && { avatar }) };
}

const showHistory =
  (history: 'all' | 'joined'): Edit =>
  async (conversation) =>
    (conversation.history ?? 'all') === history
      ? undefined
      : {
          system: { code: 'conversation.history_changed', params: { history } },
          settings: { history: history === 'joined' ? history : undefined },
        };

const letPost =
  (posting: 'everybody' | 'admins'): Edit =>
  async (conversation) =>
    (conversation.posting ?? 'everybody') === posting
      ? undefined
      : {
          system: { code: 'conversation.posting_changed', params: { posting } },
          settings: { posting: posting === 'admins' ? posting : undefined },
        };

const archive: Edit = async ({ archivedAt }, { clock }) =>
  archivedAt === undefined
    ? {
        system: { code: 'conversation.archived', params: {} },
        settings: { archivedAt: isoTime(clock.now()) },
      }
    : undefined;

const unarchive: Edit = async ({ archivedAt }) =>
  archivedAt === undefined
    ? undefined
    : { system: { code: 'conversation.unarchived', params: {} }, settings: { archivedAt: undefined } };
