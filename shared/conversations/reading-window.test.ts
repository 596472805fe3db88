import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aLeaving,
  anna,
  ben,
  convoId,
  membershipsOf,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { isWithin, readingWindow, side } from './reading-window.ts';

const team = convoId('team');
const leaving = aLeaving();

describe('readingWindow', () => {
  it('[V1] shows a member all up to the last message', () => {
    expect(readingWindow({ seq: 9, rev: 4 }, {})).toEqual({ from: 0, to: 9, rev: 4 });
  });

  it('[V2] shows a newcomer what comes after their coming', () => {
    const window = readingWindow({ seq: 9, rev: 4 }, { fromSeq: 5 });
    expect(window).toEqual({ from: 5, to: 9, rev: 4 });
    expect([5, 6, 9, 10].map((seq) => isWithin(window, seq))).toEqual([false, true, true, false]);
  });

  it('[V3] shows whoever left what there was then', () => {
    const window = readingWindow({ seq: 9, rev: 4 }, { fromSeq: 5, left: leaving });
    expect(window).toEqual({ from: 5, to: 7, rev: 3, asOf: leaving });
  });

  it('believes a membership that is newer than the conversation beside it', () => {
    expect(readingWindow({ seq: 4, rev: 0 }, { fromSeq: 5 })).toMatchObject({ from: 5, to: 5 });
    expect(readingWindow({ seq: 4, rev: 0 }, { left: leaving })).toMatchObject({ to: 7, rev: 3 });
  });
});

/** Anna is in it, Ben left. */
function setup() {
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ seq: 9, members: [anna] });
  const [inside, outside] = membershipsOf(conversation, [anna, ben]);
  if (!inside || !outside) throw new Error('nobody there');
  conversations.put(conversation, [inside, { ...outside, left: leaving }]);
  const reads: string[] = [];
  const counted = {
    async get(id: string) {
      const found = await conversations.get(id);
      reads.push('conversation');
      return found;
    },
    async standing(userId: string, id: string) {
      reads.push('standing');
      return await conversations.standing(userId, id);
    },
  };
  return { conversations, inside, reads, counted };
}

describe('side', () => {
  it('[V3] knows whoever is or was a member', async () => {
    const { counted } = setup();
    expect(await side(anna, team, counted)).toMatchObject({ window: { to: 9 } });
    expect(await side(ben, team, counted)).toMatchObject({ standing: { left: leaving }, window: { to: 7 } });
  });

  it('[V3] shows nothing that was said after a leaving, however slow the second read is', async () => {
    const { conversations, inside, counted } = setup();
    const meanwhile = async (userId: string, id: string) => {
      const found = await counted.standing(userId, id);
      conversations.put(aConversation({ seq: 20 }), [{ ...inside, left: { ...leaving, seq: 10 } }]);
      return found;
    };
    expect((await side(anna, team, { ...counted, standing: meanwhile })).window.to).toBe(9);
    expect((await side(anna, team, counted)).window.to).toBe(10);
  });

  it('[A2] knows nobody else, and makes the same reads for a foreign conversation as for a missing one', async () => {
    const { counted, reads } = setup();
    for (const id of [team, convoId('nowhere')]) {
      await expect(side(stranger, id, counted)).rejects.toMatchObject({ code: 'conversation.not_found' });
    }
    expect(reads).toEqual(['conversation', 'standing', 'conversation', 'standing']);
  });
});
