import type { SyncFrame } from '../../../events/client-frames.ts';
import type { ServerEvent, Synced } from '../../../events/server-frames.ts';
import type { FakeWorld } from './fake-world.ts';

/** What a sync answers: everything that was missed, and last where that leaves the client. */
export function syncAnswer(
  world: FakeWorld,
  userId: string,
  cursors: SyncFrame['cursors'],
  messagesMax: number,
): { events: ServerEvent[]; synced: Synced } {
  const conversations: Synced['conversations'] = [];
  const events: ServerEvent[] = [];
  const left = Object.keys(cursors).filter((id) => world.conversation(id).people.left.has(userId));
  for (const view of [...world.views(userId), ...left.map((id) => world.view(id, userId))]) {
    const convoId = view.convo_id;
    const conversation = world.conversation(convoId);
    const cursor = cursors[convoId];
    const missed = conversation.missed(userId, cursor, messagesMax);
    const isOther = typeof cursor === 'object' && (cursor.version ?? view.version) !== view.version;
    if (cursor === undefined || isOther) events.push({ type: 'conversation.update', conversation: view });
    events.push(...missed.events);
    const marks = conversation.marksOf(userId);
    conversations.push({
      convo_id: convoId,
      seq_no: view.seq,
      read_seq: view.read_seq,
      sent_seq: missed.sentSeq,
      rev: view.rev,
      sent_rev: missed.sentRev,
      limited: missed.sentSeq < view.seq || missed.sentRev < view.rev,
      threads: { seq_no: marks.seq, read: Object.fromEntries(marks.read) },
    });
  }
  const invites = world.invites.filter((invite) => invite.user_id === userId);
  events.push(...invites.map((invite) => ({ type: 'invite.update' as const, invite })));
  events.push(...(world.notices.get(userId)?.values() ?? []));
  return { events, synced: { type: 'synced', conversations } };
}
