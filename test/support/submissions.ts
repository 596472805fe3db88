import { anIdentity, anna, aProfile, aSession, movableClock, startMs, stranger } from './builders.ts';
import { conversationWithMembers } from './conversation-with-members.ts';
import { inMemoryGate } from './in-memory-auth.ts';
import { inMemoryBlockStore } from './in-memory-block-store.ts';
import { inMemoryMessageStore } from './in-memory-message-store.ts';
import { inMemoryQueue } from './in-memory-queue.ts';
import { inMemorySessionStore } from './in-memory-session-store.ts';

/** What it takes to submit something to Anna's and Ben's conversation. She and a stranger are signed in. */
export async function submissionsOfAnna() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  for (const userId of [anna, stranger]) await sessions.add(aSession({ userId, sessionId: `s_${userId}` }));
  const { conversations, users } = conversationWithMembers();
  users.put(aProfile('cleo'));
  return {
    sessions,
    conversations,
    queue: inMemoryQueue(),
    gate: inMemoryGate(sessions, clock),
    blocks: inMemoryBlockStore(users),
    messages: inMemoryMessageStore(conversations),
    /** A frame with what the server knows of its coming. */
    submission: <Frame>(frame: Frame, userId = anna) => ({
      frame,
      identity: { ...anIdentity(userId), sessionId: `s_${userId}` },
      connectionId: 'L0SM9cOFvHcCIhw=',
      requestId: 'request-7',
      receivedAtMs: startMs,
    }),
  };
}
