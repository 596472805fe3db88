/** A conversation in memory whose members come and go by the real use cases, and one connection that hears of it. */
import type { ServerEvent } from '../../events/server-frames.ts';
import { announceChange } from '../../shared/conversations/announce-change.ts';
import type { Changed } from '../../shared/conversations/change-conversation.ts';
import { leaveConversation } from '../../shared/conversations/leave-conversation.ts';
import { putMember } from '../../shared/conversations/put-member.ts';
import { removeMember } from '../../shared/conversations/remove-member.ts';
import { updateConversation } from '../../shared/conversations/update-conversation.ts';
import { AppError } from '../../shared/errors.ts';
import { announceMessages } from '../../shared/messages/announce-messages.ts';
import type { Incoming } from '../../shared/messages/incoming.ts';
import type { Message } from '../../shared/messages/message.ts';
import { aConnection, anna, aProfile, ben, cleo, convoId } from './builders.ts';
import { inMemoryBlockStore } from './in-memory-block-store.ts';
import { inMemoryConversationChanges } from './in-memory-conversation-changes.ts';
import { inMemoryUserStore } from './in-memory-user-store.ts';
import { besideConversations } from './sync-deps.ts';
import { timelineUnderTest } from './timeline.ts';
import { changeOf, type Wish } from './wishes.ts';

const team = convoId('team');

export const people = [anna, ben, cleo] as const;

/** Anna owns it; all moves are hers, but that others leave by themselves. */
export type Move =
  | { readonly move: 'add' | 'remove' | 'leave' | 'promote' | 'demote'; readonly who: string }
  | { readonly title: string }
  | { readonly topic: string | null }
  | { readonly history: 'all' | 'joined' };

/** What somebody can see now, or could see last: the model that reading is held against. */
export interface Sight {
  /** Up to here it was before their time. */
  readonly from: number;
  /** What was there when they left, as it was; undefined: they are there. */
  readonly atLeaving?: readonly Message[];
}

/** Anna and Ben are in it. @param listener whose connection it is. */
export async function comingsAndGoings(listener = ben) {
  const world = timelineUnderTest({ members: [anna, ben] });
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'), aProfile('cleo'));
  const deps = {
    ...world,
    ...besideConversations(),
    users,
    blocks: inMemoryBlockStore(users),
    changes: inMemoryConversationChanges(world.conversations, { messages: world.messages }),
    webhooks: { enqueue: async () => {} },
  };
  const connection = aConnection(listener);
  await world.connections.open(connection);
  const sights = new Map<string, Sight>([
    [anna, { from: 0 }],
    [ben, { from: 0 }],
  ]);
  let last: Incoming | undefined;
  let heard = 0;
  const conversation = () => {
    const found = world.conversations.counters.get(team);
    if (!found) throw new Error('there is no conversation');
    return found;
  };
  const incomingOf = (wanted: Wish): Incoming => {
    if (wanted.kind === 'again') return { ...(last ?? world.message()), queueMessageId: 'a retry' };
    if (!('seq_no' in wanted)) return world.message({ sender_id: wanted.by, content: 'said' });
    return world.change(changeOf(wanted), wanted.by);
  };
  const putWith = async (userId: string, role?: 'admin' | 'member') =>
    (await putMember(anna, { convoId: team, userId, role }, deps)).changed;
  const update = async (request: Parameters<typeof updateConversation>[2]) => {
    const made: Changed[] = [];
    const tell = async (changed: Changed) => void made.push(changed);
    await updateConversation(anna, team, request, { ...deps, tell });
    return made[0] ?? 'unchanged';
  };
  const apply = async (move: Move): Promise<Changed | 'unchanged'> => {
    if (!('move' in move)) return await update(move);
    switch (move.move) {
      case 'add':
        return await putWith(move.who);
      case 'promote':
        return await putWith(move.who, 'admin');
      case 'demote':
        return await putWith(move.who, 'member');
      case 'remove':
        return await removeMember(anna, team, move.who, deps);
      case 'leave':
        return await leaveConversation(move.who, team, deps);
    }
  };

  return {
    ...deps,
    conversation,
    sights,

    /** What the listener's connection was told since the last time. */
    news(): ServerEvent[] {
      const all = world.gateway.events(connection.connectionId);
      const news = all.slice(heard);
      heard = all.length;
      return news;
    },

    async commit(wishes: readonly Wish[]): Promise<void> {
      world.clock.advance(1_000);
      const batch = wishes.map(incomingOf);
      last = batch.at(-1) ?? last;
      if (batch.length > 0) await announceMessages(await world.commit(...batch), world);
    },

    /** What is refused changes nothing. */
    async move(move: Move): Promise<void> {
      world.clock.advance(1_000);
      const { seq, history } = conversation();
      const changed = await apply(move).catch((error: unknown) => {
        if (error instanceof AppError) return 'unchanged' as const;
        throw error;
      });
      if (changed === 'unchanged') return;
      for (const { userId } of changed.change.joined ?? [])
        sights.set(userId, { from: history === 'joined' ? seq : 0 });
      for (const { userId } of changed.change.left ?? [])
        sights.set(userId, { from: sights.get(userId)?.from ?? 0, atLeaving: world.messages.all(team) });
      await announceChange(changed, deps);
    },
  };
}
