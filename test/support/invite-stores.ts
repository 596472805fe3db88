/** The invite store with what its transactions meet, on DynamoDB and in memory. */

import { isoTime } from '../../shared/clock.ts';
import { changeConversation, type Draft } from '../../shared/conversations/change-conversation.ts';
import type { Membership } from '../../shared/conversations/conversation.ts';
import type { ConversationChanges } from '../../shared/conversations/conversation-changes.ts';
import type { ConversationStore } from '../../shared/conversations/conversation-store.ts';
import { dynamoConversationChanges } from '../../shared/conversations/dynamo-conversation-changes.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { sha256 } from '../../shared/ids.ts';
import { dynamoInviteStore } from '../../shared/invites/dynamo-invite-store.ts';
import type { Invite, InviteLink, InviteStore } from '../../shared/invites/invite-store.ts';
import { aConversation, anna, ben, cleo, countingIds, instantBackoff, startMs } from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';
import { inMemoryConversationChanges } from './in-memory-conversation-changes.ts';
import { inMemoryConversationStore } from './in-memory-conversation-store.ts';
import { inMemoryInviteStore } from './in-memory-invite-store.ts';

export interface InviteStores {
  readonly conversations: ConversationStore;
  readonly changes: ConversationChanges;
  readonly invites: InviteStore;
}

export const inviteIds = countingIds('INVITE');
export const asOwner = { userId: anna, role: 'owner' } as const;
export const nowSeconds = startMs / 1_000;

/** The same promises hold for the real stores and for those that use cases are tested with. */
export const inviteStores = (database: () => TestDatabase) => ({
  DynamoDB(): InviteStores {
    const { client, tables } = database();
    const backoff = instantBackoff();
    return {
      conversations: dynamoConversationStore({ client, ...tables, backoff }),
      changes: dynamoConversationChanges({ client, ...tables }),
      invites: dynamoInviteStore({ client, ...tables, backoff }),
    };
  },
  'the in-memory stand-in'(): InviteStores {
    const conversations = inMemoryConversationStore();
    const invites = inMemoryInviteStore(conversations, () => changes.bansByKey);
    const { takeEntrance } = invites;
    const changes = inMemoryConversationChanges(conversations, { takeEntrance });
    return { conversations, changes, invites };
  },
});

/** A group of Anna, who owns it, and Ben. */
export async function inviteSetup(all: InviteStores) {
  const convoId = inviteIds.conversation();
  const conversation = aConversation({ convoId });
  const roles = { [anna]: 'owner', [ben]: 'member' } as const;
  const members = Object.entries(roles).map(
    ([member, role]): Membership => ({ convoId, userId: member, role, readSeq: 0 }),
  );
  await all.conversations.create(conversation, members);
  const deps = { ...all, clock: { now: () => startMs }, ids: inviteIds, backoff: instantBackoff() };
  const change = (draft: Draft) => changeConversation(convoId, async () => draft, deps);
  const anInvite = (invite: Partial<Invite> = {}): Invite => ({
    convoId,
    userId: cleo,
    role: 'member',
    invitedBy: anna,
    createdAt: isoTime(startMs),
    ...invite,
  });
  const put = (invite: Invite, before?: Invite) => all.invites.put(invite, before, asOwner, startMs);
  return { ...all, convoId, change, anInvite, put };
}

export const aLink = (convoId: string, link: Partial<InviteLink> = {}): InviteLink => {
  const tokenHash = sha256(inviteIds.secret());
  return {
    convoId,
    linkId: `l_${tokenHash.slice(0, 26)}`,
    tokenHash,
    role: 'member',
    uses: 0,
    expiresAt: nowSeconds + 60,
    createdBy: anna,
    createdAt: isoTime(startMs),
    ...link,
  };
};
