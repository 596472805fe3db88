import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Conversation,
  type Details,
  isResumedBy,
  type Membership,
  type RosterEntry,
} from '../../shared/conversations/conversation.ts';
import type { ConversationStore } from '../../shared/conversations/conversation-store.ts';

export interface InMemoryConversations extends ConversationStore {
  /** The counters as they stand; the in-memory message store moves them in its transactions. */
  readonly counters: Map<string, Conversation>;
  /** The numbers of the pinned messages; moved by the same transactions. */
  readonly pinned: Map<string, readonly number[]>;
  /** Of present and former members, by person and conversation. */
  readonly standingsByKey: Map<string, Membership>;
  readonly detailsById: Map<string, Details>;
  /** Puts a conversation with its members, whatever was there. */
  put(conversation: Conversation, members: readonly Membership[]): void;
  /** Changes who is in it, as a membership change does: the version grows. */
  setMembers(convoId: string, members: readonly string[]): void;
}

/** @param pause awaited before each answer, where a test wants to decide who comes next. */
export function inMemoryConversationStore(pause: () => Promise<unknown> = nextTurn): InMemoryConversations {
  const counters = new Map<string, Conversation>();
  const pinned = new Map<string, readonly number[]>();
  const memberships = new Map<string, Membership>();
  const details = new Map<string, Details>();
  const key = (userId: string, convoId: string) => `${userId} ${convoId}`;
  const put = (conversation: Conversation, members: readonly Membership[]) => {
    counters.set(conversation.convoId, conversation);
    for (const member of members) memberships.set(key(member.userId, member.convoId), member);
  };
  const presentIn = (convoId: string) =>
    [...memberships.values()].filter((one) => one.convoId === convoId && !one.left);
  const membersOf = (convoId: string) => presentIn(convoId).map(({ userId }) => userId);
  const rosterOf = (convoId: string): RosterEntry[] =>
    presentIn(convoId)
      .map(({ userId, role, fromSeq = 0 }) => ({ userId, role, fromSeq }))
      .sort((a, b) => (a.userId < b.userId ? -1 : 1));
  const present = (userId: string, convoId: string) => {
    const membership = memberships.get(key(userId, convoId));
    return membership?.left ? undefined : membership;
  };
  const pageOf = (userId: string, { limit, after = '' }: { limit: number; after?: string | undefined }) => {
    const rest = [...memberships.values()]
      .filter((one) => one.userId === userId && one.convoId > after)
      .sort((a, b) => (a.convoId < b.convoId ? -1 : 1));
    const page = rest.slice(0, limit);
    return { memberships: page, next: rest.length > limit ? page.at(-1)?.convoId : undefined };
  };

  return {
    counters,
    pinned,
    standingsByKey: memberships,
    detailsById: details,
    put,

    setMembers(convoId, members) {
      const conversation = counters.get(convoId);
      if (!conversation) throw new Error(`there is no conversation ${convoId}`);
      for (const userId of membersOf(convoId)) memberships.delete(key(userId, convoId));
      put(
        {
          ...conversation,
          membersVersion: conversation.membersVersion + 1,
          memberCount: members.length,
          shownMembers: members.slice(0, 6),
        },
        members.map((userId) => ({ convoId, userId, role: 'member', readSeq: 0 })),
      );
    },

    async create(conversation, members, extra = {}) {
      await pause();
      if (counters.has(conversation.convoId)) return 'exists';
      if (conversation.hasDetails) details.set(conversation.convoId, extra);
      put(conversation, members);
      return 'created';
    },

    async get(convoId) {
      await pause();
      return counters.get(convoId);
    },

    async getMany(convoIds) {
      await pause();
      return [...new Set(convoIds)].flatMap((convoId) => counters.get(convoId) ?? []);
    },

    async details(convoIds) {
      await pause();
      return new Map(
        convoIds.flatMap((convoId) => {
          const one = details.get(convoId);
          return one ? [[convoId, one] as const] : [];
        }),
      );
    },

    async membership(userId, convoId) {
      await pause();
      return present(userId, convoId);
    },

    async standing(userId, convoId) {
      await pause();
      return memberships.get(key(userId, convoId));
    },

    async standings(userId, options) {
      await pause();
      return pageOf(userId, options);
    },

    async roster(convoId) {
      await pause();
      return rosterOf(convoId);
    },

    async rosterPage(convoId, { limit, after = '' }) {
      await pause();
      const rest = rosterOf(convoId).filter(({ userId }) => userId > after);
      const members = rest.slice(0, limit);
      return { members, next: rest.length > limit ? members.at(-1)?.userId : undefined };
    },

    async pins(convoId) {
      await pause();
      return [...(pinned.get(convoId) ?? [])];
    },

    async membershipsIn(convoId, userIds) {
      await pause();
      return [...new Set(userIds)].flatMap((userId) => present(userId, convoId) ?? []);
    },

    async advanceReadSeq(userId, convoId, { seq, atMs }) {
      await pause();
      const membership = memberships.get(key(userId, convoId));
      if (!membership) return 'unchanged';
      const { unreadMark, ...marks } = membership;
      const advances = marks.readSeq < seq;
      if (!advances && !(unreadMark && isResumedBy(unreadMark, { seq, atMs }))) return 'unchanged';
      memberships.set(key(userId, convoId), { ...marks, readSeq: Math.max(marks.readSeq, seq) });
      return advances ? 'advanced' : 'resumed';
    },

    async advanceDeliveredSeq(userId, convoId, seq) {
      await pause();
      const membership = memberships.get(key(userId, convoId));
      if (!membership || (membership.deliveredSeq ?? -1) >= seq) return false;
      memberships.set(key(userId, convoId), { ...membership, deliveredSeq: seq });
      return true;
    },

    async putUnreadMark(userId, convoId, mark) {
      await pause();
      const membership = memberships.get(key(userId, convoId));
      if (!membership || (membership.unreadMark && membership.unreadMark.seq <= mark.seq)) return false;
      memberships.set(key(userId, convoId), { ...membership, unreadMark: mark });
      return true;
    },

    async mute(userId, convoId, until) {
      await pause();
      const membership = present(userId, convoId);
      if (!membership) return false;
      const { mutedUntil: _, ...rest } = membership;
      memberships.set(key(userId, convoId), until === undefined ? rest : { ...rest, mutedUntil: until });
      return true;
    },
  };
}
