import { describe, expect, it } from 'vitest';
import { changesResponse } from '../../events/http-contracts.ts';
import { anna, convoId, stranger } from '../../test/support/builders.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import { readChanges } from './read-changes.ts';
import { readHistory } from './read-history.ts';

const team = convoId('team');

async function setup(messages = 5) {
  const world = timelineUnderTest();
  await world.say(messages);
  const read = async (since_rev: number, limit?: number) =>
    changesResponse.parse(await readChanges(anna, team, { since_rev, limit }, world));
  return { ...world, read };
}

const edit = (seq_no: number, content: string) => ({ kind: 'edit', seq_no, content }) as const;
const react = (seq_no: number, emoji: string) => ({ kind: 'react', seq_no, emoji }) as const;

describe('readChanges', () => {
  it('[Y7] gives each message that changed once, as it is now', async () => {
    const { make, read } = await setup();
    await make(edit(2, 'second'), react(4, '👍'), edit(2, 'better'));
    expect(await read(0)).toMatchObject({
      messages: [
        { seq_no: 2, content: 'better', rev: 3 },
        { seq_no: 4, reactions: [{ emoji: '👍', count: 1, user_ids: [anna] }], rev: 2 },
      ],
      rev: 3,
      last_rev: 3,
      has_more: false,
    });
    expect((await read(2)).messages.map(({ seq_no }) => seq_no)).toEqual([2]);
  });

  it('[Y7] pages, and never goes further than it says', async () => {
    const { make, read } = await setup();
    await make(edit(1, 'a'), edit(2, 'b'), edit(3, 'c'), edit(1, 'd'));
    const first = await read(0, 2);
    expect(first).toMatchObject({ messages: [{ content: 'd' }, { content: 'b' }], rev: 2, has_more: true });
    const second = await read(first.rev, 2);
    expect(second).toMatchObject({ messages: [{ content: 'd' }, { content: 'c' }], rev: 4, has_more: false });
  });

  it('[Y7] is empty for who has everything, and brings a number from elsewhere back', async () => {
    const { make, read } = await setup();
    expect(await read(0)).toEqual({ messages: [], rev: 0, last_rev: 0, has_more: false });
    await make(edit(1, 'a'));
    expect(await read(1)).toEqual({ messages: [], rev: 1, last_rev: 1, has_more: false });
    expect(await read(99)).toEqual({ messages: [], rev: 1, last_rev: 1, has_more: false });
  });

  it('[M6] shows of what was deleted that it was, and history says the same', async () => {
    const { make, read, ...world } = await setup();
    await make({ kind: 'delete', seq_no: 3 });
    const { messages } = await read(0);
    expect(messages).toMatchObject([{ seq_no: 3, content: '', deleted_at: expect.any(String) }]);
    const history = await readHistory(anna, team, { around_seq: 3, limit: 1 }, world);
    expect(history.messages).toEqual(messages);
  });

  it('[A2] answers for a foreign conversation as for a missing one', async () => {
    const world = await setup();
    const refusal = { code: 'conversation.not_found', message: 'No such conversation' };
    await expect(readChanges(stranger, team, { since_rev: 0 }, world)).rejects.toMatchObject(refusal);
    await expect(readChanges(anna, convoId('nowhere'), { since_rev: 0 }, world)).rejects.toMatchObject(
      refusal,
    );
  });
});
