import type { MemberState, Role, ServerEvent } from '../../events/server-frames.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionStore } from '../connections/connection-store.ts';
import { type PushSummary, pushEvents, type SocketGateway } from '../connections/push.ts';
import { messageCreate } from '../messages/message.ts';
import { type Person, personView } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { deliveriesFor } from '../webhooks/deliveries.ts';
import type { WebhookQueue } from '../webhooks/webhook-queue.ts';
import type { Changed } from './change-conversation.ts';
import {
  type Conversation,
  conversationView,
  type Details,
  detailsOf,
  type Membership,
} from './conversation.ts';
import type { ConversationChange } from './conversation-changes.ts';
import type { ConversationStore } from './conversation-store.ts';
import { formerView } from './former-view.ts';
import { cachedRoster, type Member } from './roster.ts';

export interface AnnounceChangeDeps {
  readonly conversations: Pick<ConversationStore, 'roster' | 'standing' | 'details'>;
  readonly users: Pick<UserStore, 'getMany'>;
  readonly connections: Pick<ConnectionStore, 'ofUsers' | 'forget'>;
  readonly gateway: SocketGateway;
  readonly webhooks: WebhookQueue;
  readonly clock: Clock;
}

/** Somebody whom a change is about, and what they are after it. */
interface Concerned {
  readonly userId: string;
  readonly role: Role;
  readonly state: MemberState;
}

/** What there is to tell, and to whom. */
interface News {
  readonly forMembers: readonly ServerEvent[];
  /** Whoever left hears of the leaving, and nothing of what the conversation is now. */
  readonly forGone: readonly ServerEvent[];
  /** What a conversation is now to those whom the change is about. */
  readonly personal: ReadonlyMap<string, ServerEvent>;
}

/**
 * Tells what was changed: all members its line, what is the same for all of them, and who came, went or has another role;
 * those people also what the conversation is to them now. Whoever left hears it this last time. Call it after the commit,
 * never before. Pushes may be lost, deliveries to webhooks not: it throws when those cannot be queued.
 *
 * It reads the roster of a conversation that does not name all its members, a membership of each person concerned and a few
 * profiles.
 */
export async function announceChange(changed: Changed, deps: AnnounceChangeDeps): Promise<PushSummary> {
  const { after, left = [] } = changed.change;
  const news = await newsOf(changed, deps);
  const members = news.forMembers.length > 0 ? await cachedRoster(deps.conversations).members(after) : [];
  const gone = left.map(({ userId }) => userId);
  const audience = new Set([...members.map(({ userId }) => userId), ...gone]);
  const connections = await deps.connections.ofUsers([...audience]);
  const eventsOf = eventsByPerson(news, { members, gone, seq: after.seq });
  const summary = await pushEvents(
    connections.map((connection) => ({ connection, events: eventsOf(connection.userId) })),
    deps,
  );
  const deliveries = deliveriesFor(after, news.forMembers, { atMs: deps.clock.now() });
  if (deliveries.length > 0) await deps.webhooks.enqueue(deliveries);
  return summary;
}

/** The lists are shared where they can be, so that they are packed into frames once. */
function eventsByPerson(
  { forMembers, forGone, personal }: News,
  { members, gone, seq }: { members: readonly Member[]; gone: readonly string[]; seq: number },
): (userId: string) => readonly ServerEvent[] {
  const later = new Set(
    members.filter(({ fromSeq }) => fromSeq >= seq && fromSeq > 0).map(({ userId }) => userId),
  );
  const left = new Set(gone);
  return (userId) => {
    const own = personal.get(userId);
    if (left.has(userId)) return own ? [...forGone, own] : forGone;
    // They came after this change, and what they were told on coming is newer than it.
    if (later.has(userId)) return [];
    return own ? [own, ...forMembers] : forMembers;
  };
}

async function newsOf({ before, change }: Changed, deps: AnnounceChangeDeps): Promise<News> {
  const { after, line } = change;
  const concerned = concernedBy(change);
  const [memberships, people, details] = await Promise.all([
    Promise.all(concerned.map(({ userId }) => deps.conversations.standing(userId, after.convoId))),
    peopleFor(change, concerned, deps),
    detailsFor(change, deps),
  ]);
  const lines = line ? [messageCreate(line)] : [];
  const updates = concerned.flatMap((one) => memberUpdate(one, after, people));
  const shared = isTold(before, after, change)
    ? [{ type: 'conversation.details' as const, ...detailsOf(after, details) }]
    : [];
  return {
    forMembers: [...lines, ...shared, ...updates],
    forGone: [...lines, ...updates],
    personal: new Map(
      memberships.flatMap((membership) =>
        membership ? [[membership.userId, conversationUpdate(after, membership, people, details)]] : [],
      ),
    ),
  };
}

function concernedBy({ joined = [], roles = [], left = [] }: ConversationChange): Concerned[] {
  return [
    ...joined.map(({ userId, role }) => ({ userId, role, state: 'member' as const })),
    ...roles.map(({ userId, role }) => ({ userId, role, state: 'member' as const })),
    ...left.map(({ userId, leaving: { state } }) => ({ userId, role: 'member' as const, state })),
  ];
}

/** The concerned, and whoever a view of the conversation shows. */
async function peopleFor(
  { after: { shownMembers }, joined = [], roles = [] }: ConversationChange,
  concerned: readonly Concerned[],
  { users }: AnnounceChangeDeps,
): Promise<ReadonlyMap<string, Person>> {
  const shown = joined.length + roles.length > 0 ? shownMembers : [];
  const ids = [...new Set([...concerned.map(({ userId }) => userId), ...shown])];
  const profiles = ids.length > 0 ? await users.getMany(ids) : [];
  return new Map(profiles.map((profile) => [profile.userId, profile]));
}

async function detailsFor(
  { after: { convoId, hasDetails }, details }: ConversationChange,
  { conversations }: AnnounceChangeDeps,
): Promise<Details> {
  if (details || !hasDetails) return details ?? {};
  return (await conversations.details([convoId])).get(convoId) ?? {};
}

/** Whether anything that is the same for all members changed. */
function isTold(before: Conversation, after: Conversation, { details }: ConversationChange): boolean {
  const [then, now] = [before, after].map((one) => JSON.stringify({ ...detailsOf(one), version: 0 }));
  return details !== undefined || then !== now;
}

function memberUpdate(
  { userId, role, state }: Concerned,
  { convoId, memberCount, membersVersion }: Conversation,
  people: ReadonlyMap<string, Person>,
): ServerEvent[] {
  const person = people.get(userId);
  if (!person) return [];
  return [
    {
      type: 'member.update',
      convo_id: convoId,
      user_id: userId,
      person: personView(person),
      role,
      state,
      member_count: memberCount,
      version: membersVersion,
    },
  ];
}

/** A membership may be newer than the change: then it says what is true by now, and that is told here already. */
function conversationUpdate(
  after: Conversation,
  { left, ...membership }: Membership,
  people: ReadonlyMap<string, Person>,
  details: Details,
): ServerEvent {
  const conversation = left
    ? formerView(after, { ...membership, left })
    : conversationView(after, membership, people, details);
  return { type: 'conversation.update', conversation };
}
