/** A group of Anna (owner), Ben (admin) and Plain (member), with what invitations to it need. */
import type { DeclineInviteRequest, ReportRequest } from '../../events/membership-contracts.ts';
import type { ServerEvent } from '../../events/server-frames.ts';
import { isoTime } from '../../shared/clock.ts';
import type { Conversation, Membership } from '../../shared/conversations/conversation.ts';
import type { AppError } from '../../shared/errors.ts';
import { acceptInvite } from '../../shared/invites/accept-invite.ts';
import { declineInvite } from '../../shared/invites/decline-invite.ts';
import { invitePerson } from '../../shared/invites/invite-person.ts';
import { conversationInvites, pendingInvites } from '../../shared/invites/list-invites.ts';
import { withdrawInvite } from '../../shared/invites/withdraw-invite.ts';
import {
  aConnection,
  aConversation,
  anna,
  aProfile,
  ben,
  convoId,
  countingIds,
  instantBackoff,
  movableClock,
  userId,
} from './builders.ts';
import { inMemoryBlockStore } from './in-memory-block-store.ts';
import { inMemoryConnectionStore, inMemorySockets } from './in-memory-connections.ts';
import { inMemoryConversationChanges } from './in-memory-conversation-changes.ts';
import { inMemoryConversationStore } from './in-memory-conversation-store.ts';
import { inMemoryInviteStore } from './in-memory-invite-store.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';

export const team = convoId('team');

export function inviteWorld(given: Partial<Conversation> = {}) {
  const clock = movableClock();
  const names = ['anna', 'ben', 'plain', 'cleo', 'stranger', 'dora'];
  const users = inMemoryUserStore(...names.map((name) => aProfile(name)));
  const blocks = inMemoryBlockStore(users);
  const conversations = inMemoryConversationStore();
  const invites = inMemoryInviteStore(conversations, () => changes.bansByKey);
  const { takeEntrance } = invites;
  const changes = inMemoryConversationChanges(conversations, { takeEntrance });
  const connections = inMemoryConnectionStore(clock);
  const gateway = inMemorySockets();
  for (const name of names) void connections.open(aConnection(userId(name), userId(name)));

  const members = { [anna]: 'owner', [ben]: 'admin', [userId('plain')]: 'member' } as const;
  conversations.put(
    aConversation({ convoId: team, members: Object.keys(members), ...given }),
    Object.entries(members).map(([id, role]) => ({ convoId: team, userId: id, role, readSeq: 0 })),
  );

  const blocked: [string, string][] = [];
  const reported: [string, ReportRequest][] = [];
  let refusal: AppError | undefined;
  const stores = { invites, conversations, changes, users, blocks, connections, gateway };
  const deps = {
    ...stores,
    clock,
    ids: countingIds(),
    backoff: instantBackoff(),
    async block(blocker: string, other: string) {
      if (refusal) throw refusal;
      blocked.push([blocker, other]);
    },
    async report(reporter: string, request: ReportRequest) {
      if (refusal) throw refusal;
      reported.push([reporter, request]);
    },
  };

  return {
    ...stores,
    deps,
    clock,
    blocked,
    reported,
    invite: (inviter: string, user_id: string, role: 'admin' | 'member' = 'member', to = team) =>
      invitePerson(inviter, to, { user_id, role }, deps),
    withdraw: (actor: string, invited: string) => withdrawInvite(actor, team, invited, deps),
    accept: (invited: string, to = team) => acceptInvite(invited, to, deps),
    decline: (invited: string, request: Partial<DeclineInviteRequest> = {}) =>
      declineInvite(invited, team, { block: false, ...request }, deps),
    pending: (invited: string) => pendingInvites(invited, deps),
    list: (inviter: string) => conversationInvites(inviter, team, deps),
    /** Every event that was pushed, and to whom. */
    told: () =>
      gateway.posts.map(({ connectionId, frame }): [string, ServerEvent] => [
        connectionId,
        JSON.parse(frame),
      ]),
    /** Whatever blocks or reports from now on fails so. */
    refuse: (error: AppError) => {
      refusal = error;
    },
    addPerson: (name: string) => users.put(aProfile(name)),
    /** Makes somebody a member in this role, whatever they were. */
    addMember: (member: string, role: Membership['role']) => {
      const conversation = conversations.counters.get(team);
      const isNew = !conversations.standingsByKey.has(`${member} ${team}`);
      if (!conversation) throw new Error('the team is there');
      conversations.put(
        {
          ...conversation,
          membersVersion: conversation.membersVersion + 1,
          memberCount: conversation.memberCount + (isNew ? 1 : 0),
        },
        [{ convoId: team, userId: member, role, readSeq: 0 }],
      );
    },
    archive: (archivedAt: string | undefined) => {
      const { archivedAt: _, ...conversation } = conversations.counters.get(team) ?? aConversation();
      conversations.put({ ...conversation, ...(archivedAt && { archivedAt }) }, []);
    },
    ban: (user: string, until?: string) =>
      changes.bansByKey.set(`${user} ${team}`, {
        userId: user,
        bannedBy: anna,
        createdAt: isoTime(clock.now()),
        ...(until && { until }),
      }),
  };
}

/** What became of invitations, as it was told. */
export function statesIn(told: readonly (readonly [string, ServerEvent])[]): string[] {
  return told.flatMap(([, event]) => (event.type === 'invite.update' ? [event.invite.state] : []));
}
