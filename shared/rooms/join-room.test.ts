import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  ben,
  convoId,
  countingIds,
  instantBackoff,
  membershipsOf,
  movableClock,
} from '../../test/support/builders.ts';
import { inMemoryConversationChanges } from '../../test/support/in-memory-conversation-changes.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { isoTime } from '../clock.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';
import { joinRoom } from './join-room.ts';

const room = convoId('room');

function setup(given: Partial<Conversation> = {}) {
  const conversations = inMemoryConversationStore();
  const changes = inMemoryConversationChanges(conversations);
  const clock = movableClock();
  const conversation = aConversation({ convoId: room, type: 'room', members: [anna], seq: 4, ...given });
  conversations.put(conversation, membershipsOf(conversation, [anna], anna));
  const deps = { conversations, changes, clock, ids: countingIds(), backoff: instantBackoff() };
  const join = (userId = ben, id = room) => joinRoom(userId, id, deps);
  const ban = (until?: string) =>
    changes.bansByKey.set(`${ben} ${room}`, {
      userId: ben,
      bannedBy: anna,
      createdAt: isoTime(clock.now()),
      ...(until && { until }),
    });
  return { conversations, changes, clock, join, ban };
}

describe('joinRoom', () => {
  it('makes the visitor a member, and says so in the timeline', async () => {
    const { join, conversations, changes } = setup();
    expect(await join()).toMatchObject({ change: { after: { memberCount: 2, seq: 5 } } });
    expect(await conversations.membership(ben, room)).toEqual({
      convoId: room,
      userId: ben,
      role: 'member',
      readSeq: 4,
    });
    expect(changes.lines).toMatchObject([
      { seq: 5, senderId: ben, system: { code: 'member.joined', params: { user_id: ben } } },
    ]);
  });

  it('changes nothing for whoever is in it, also at the same moment and when the answer was lost', async () => {
    const { join, conversations, changes } = setup();
    changes.fail('timed out after success');
    const outcomes = await Promise.all([join(), join(), join()]);
    expect(await join()).toBe('unchanged');
    expect(await join(anna)).toBe('unchanged');
    expect(outcomes.filter((one) => one !== 'unchanged').length).toBeLessThanOrEqual(1);
    expect(await conversations.get(room)).toMatchObject({ memberCount: 2, seq: 5 });
    expect(await conversations.membership(anna, room)).toMatchObject({ role: 'owner' });
  });

  it.each([
    { kind: 'a group', given: { type: 'group' } },
    { kind: 'a direct conversation', given: { type: 'direct' } },
    { kind: 'an archived room', given: { archivedAt: '2026-03-01T12:00:00.000Z' } },
  ] as const)('sees no more of $kind than of nothing', async ({ given }) => {
    const { join, changes } = setup(given);
    const refusal = { code: 'conversation.not_found', message: 'No such conversation' };
    await expect(join()).rejects.toMatchObject(refusal);
    await expect(join(ben, convoId('nothing'))).rejects.toMatchObject(refusal);
    expect(changes.changes).toBe(0);
  });

  it('keeps out whoever is banned, until the ban is over', async () => {
    const { join, ban, clock } = setup();
    ban(isoTime(clock.now() + 1_000));
    await expect(join()).rejects.toMatchObject({ code: 'conversation.banned' });
    clock.advance(1_000);
    expect(await join()).toMatchObject({ change: { after: { memberCount: 2 } } });
    const forGood = setup();
    forGood.ban();
    await expect(forGood.join()).rejects.toMatchObject({ code: 'conversation.banned' });
  });

  it('ends where a conversation is full', async () => {
    const { join } = setup({ memberCount: limits.conversationMembersMax });
    await expect(join()).rejects.toMatchObject({ code: 'conversation.full' });
  });
});
