import { describe, expect, it } from 'vitest';
import { aConversation, convoId, membershipsOf, userId } from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { cachedRoster } from './roster.ts';

const people = (count: number) => Array.from({ length: count }, (_, index) => userId(`p${index}x`));

function setup(count: number) {
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ members: people(count) });
  conversations.put(conversation, membershipsOf(conversation, people(count)));
  let reads = 0;
  const roster = cachedRoster({
    async roster(id) {
      reads += 1;
      return await conversations.roster(id);
    },
  });
  return { conversations, conversation, roster, reads: () => reads };
}

describe('cachedRoster', () => {
  it('reads nothing for a conversation that shows all its members', async () => {
    const { roster, conversation, reads } = setup(6);
    expect(await roster.of(conversation)).toEqual(people(6));
    expect(reads()).toBe(0);
  });

  it('reads a larger one once', async () => {
    const { roster, conversation, reads } = setup(7);
    expect((await roster.of(conversation)).toSorted()).toEqual(people(7).toSorted());
    await roster.of({ ...conversation, seq: 99 });
    expect(reads()).toBe(1);
  });

  it('reads again when the membership changed', async () => {
    const { roster, conversation, conversations, reads } = setup(8);
    await roster.of(conversation);
    conversations.setMembers(conversation.convoId, people(9));
    const changed = await conversations.get(conversation.convoId);
    expect(await roster.of(changed ?? conversation)).toHaveLength(9);
    expect(reads()).toBe(2);
  });

  it('keeps the rosters of a thousand conversations, not of all', async () => {
    const { roster, conversation, reads } = setup(7);
    const nth = (index: number) => ({ ...conversation, convoId: convoId(`n${index}x`) });
    for (let index = 0; index <= 1_000; index += 1) await roster.of(nth(index));
    await roster.of(nth(1_000));
    expect(reads()).toBe(1_001);
    await roster.of(nth(0));
    expect(reads()).toBe(1_002);
  });
});
