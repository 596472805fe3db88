import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  ben,
  convoId,
  membershipsOf,
  stranger,
  userId,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { announceTyping } from './announce-typing.ts';

const team = convoId('team');

function typing(
  action: 'typing.start' | 'typing.stop',
  { caller = anna, members = [anna, ben] }: { caller?: string; members?: readonly string[] } = {},
) {
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ members });
  conversations.put(conversation, membershipsOf(conversation, members));
  return announceTyping(caller, { action, convo_id: team }, { conversations });
}

describe('announceTyping', () => {
  it('[T1] tells the others who types, and when to stop believing it', async () => {
    expect(await typing('typing.start')).toEqual({
      event: { type: 'typing.start', convo_id: team, user_id: anna, expires_in_ms: 6_000 },
      audience: [ben],
    });
  });

  it('[T1] tells the others that somebody stopped', async () => {
    expect(await typing('typing.stop')).toEqual({
      event: { type: 'typing.stop', convo_id: team, user_id: anna },
      audience: [ben],
    });
  });

  it.each([
    [1, 0],
    [7, 6],
    [50, 49],
    [51, 0],
  ])('[T3] in a conversation of %i tells %i people', async (count, told) => {
    const members = Array.from({ length: count }, (_, index) => userId(`p${index}x`));
    const { audience } = await typing('typing.start', { members, caller: userId('p0x') });
    expect(audience).toHaveLength(told);
    expect(audience).not.toContain(userId('p0x'));
  });

  it('[A2] refuses a foreign conversation as not found', async () => {
    await expect(typing('typing.start', { caller: stranger })).rejects.toMatchObject({
      code: 'conversation.not_found',
    });
  });
});
