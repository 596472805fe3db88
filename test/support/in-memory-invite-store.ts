import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ban, Entrance } from '../../shared/conversations/conversation-changes.ts';
import type { Invite, InviteLink, Inviter, InviteStore } from '../../shared/invites/invite-store.ts';
import { limits } from '../../shared/limits.ts';
import type { InMemoryConversations } from './in-memory-conversation-store.ts';

export interface InMemoryInvites extends InviteStore {
  readonly linksByHash: Map<string, InviteLink>;
  /** For the in-memory conversation changes, whose transaction it belongs to. */
  readonly takeEntrance: (entrance: Entrance, convoId: string) => boolean;
}

export function inMemoryInviteStore(
  { standingsByKey }: Pick<InMemoryConversations, 'standingsByKey'>,
  bans: () => ReadonlyMap<string, Ban> = () => new Map(),
): InMemoryInvites {
  const invites = new Map<string, Invite>();
  const links = new Map<string, InviteLink>();
  const key = (convoId: string, userId: string) => `${convoId} ${userId}`;
  const at = ({ convoId, userId }: Invite) => key(convoId, userId);
  const isThere = (invite: Invite) => isSame(invites.get(at(invite)), invite);
  const isWhatTheyWere = (convoId: string, { userId, role }: Inviter) => {
    const standing = standingsByKey.get(`${userId} ${convoId}`);
    return standing !== undefined && !standing.left && standing.role === role;
  };
  const mayComeIn = (convoId: string, userId: string, nowMs: number) => {
    const standing = standingsByKey.get(`${userId} ${convoId}`);
    const ban = bans().get(`${userId} ${convoId}`);
    const isBanned = ban && (ban.until === undefined || Date.parse(ban.until) > nowMs);
    return (!standing || standing.left !== undefined) && !isBanned;
  };
  const linkOf = (convoId: string, linkId: string) =>
    [...links.values()].find((link) => link.convoId === convoId && link.linkId === linkId);

  return {
    linksByHash: links,

    takeEntrance(entrance, convoId) {
      if (entrance.kind === 'invite') {
        const invite = invites.get(key(convoId, entrance.userId));
        if (!invite || invite.declinedUntil !== undefined || invite.role !== entrance.role) return false;
        return invites.delete(at(invite));
      }
      const link = linkOf(convoId, entrance.linkId);
      const isLeft = link && (link.maxUses === undefined || link.uses < link.maxUses);
      if (!isLeft || link.expiresAt <= entrance.nowSeconds) return false;
      links.set(link.tokenHash, { ...link, uses: link.uses + 1 });
      return true;
    },

    async get(convoId, userId) {
      await nextTurn();
      return invites.get(key(convoId, userId));
    },

    async put(invite, before, inviter, nowMs) {
      await nextTurn();
      if (!isSame(invites.get(at(invite)), before)) return 'stale';
      const { convoId, userId } = invite;
      if (!isWhatTheyWere(convoId, inviter) || !mayComeIn(convoId, userId, nowMs)) return 'refused';
      invites.set(at(invite), invite);
      return 'written';
    },

    async decline(invite, untilSeconds) {
      await nextTurn();
      if (!isThere(invite)) return false;
      invites.set(at(invite), { ...invite, declinedUntil: untilSeconds });
      return true;
    },

    async withdraw(invite) {
      await nextTurn();
      return isThere(invite) && invites.delete(at(invite));
    },

    async listOf(convoId) {
      await nextTurn();
      return [...invites.values()]
        .filter((invite) => invite.convoId === convoId)
        .sort((a, b) => (a.userId < b.userId ? -1 : 1));
    },

    async pendingOf(userId) {
      await nextTurn();
      return [...invites.values()]
        .filter((invite) => invite.userId === userId && invite.declinedUntil === undefined)
        .sort((a, b) => (a.convoId < b.convoId ? -1 : 1))
        .slice(0, limits.invitesPerPersonShownMax);
    },

    async forget(gone) {
      await nextTurn();
      for (const invite of gone) if (isThere(invite)) invites.delete(at(invite));
    },

    async putLink(link, creator) {
      await nextTurn();
      if (!isWhatTheyWere(link.convoId, creator)) return false;
      links.set(link.tokenHash, link);
      return true;
    },

    async link(tokenHash) {
      await nextTurn();
      return links.get(tokenHash);
    },

    async links(convoId) {
      await nextTurn();
      return [...links.values()].filter((link) => link.convoId === convoId);
    },

    async removeLink(convoId, linkId) {
      await nextTurn();
      const link = linkOf(convoId, linkId);
      if (link) links.delete(link.tokenHash);
    },
  };
}

function isSame(a: Invite | undefined, b: Invite | undefined): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}

function inOrder(invite: Invite | undefined) {
  return (
    invite && [
      invite.convoId,
      invite.userId,
      invite.role,
      invite.invitedBy,
      invite.createdAt,
      invite.declinedUntil ?? null,
    ]
  );
}
