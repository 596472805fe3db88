import { describe, expect, it } from 'vitest';
import { anna, convoId, stranger } from '../../test/support/builders.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import { readPins } from './read-pins.ts';

const team = convoId('team');
const pin = (seq_no: number) => ({ kind: 'pin', seq_no }) as const;

async function setup() {
  const world = timelineUnderTest();
  await world.say(5);
  const read = async () => (await readPins(anna, team, world)).messages;
  return { ...world, read };
}

describe('readPins', () => {
  it('[M7] gives the pinned messages in the order of pinning', async () => {
    const { make, read } = await setup();
    expect(await read()).toEqual([]);
    await make(pin(4), pin(1), pin(5), { kind: 'unpin', seq_no: 5 });
    expect(await read()).toMatchObject([
      { seq_no: 4, content: 'text 4', pinned: true },
      { seq_no: 1, content: 'text 1', pinned: true },
    ]);
  });

  it('[M6] forgets the pin of a message that was deleted', async () => {
    const { make, read } = await setup();
    await make(pin(2), { kind: 'delete', seq_no: 2 });
    expect(await read()).toEqual([]);
  });

  it('leaves out what lost its pin between the two reads', async () => {
    const { make, conversations, messages } = await setup();
    await make(pin(2), pin(3), { kind: 'unpin', seq_no: 2 });
    const late = { ...conversations, pins: async () => [2, 3] };
    const page = await readPins(anna, team, { conversations: late, messages });
    expect(page.messages.map(({ seq_no }) => seq_no)).toEqual([3]);
  });

  it('[A2] answers for a foreign conversation as for a missing one', async () => {
    const world = await setup();
    const refusal = { code: 'conversation.not_found', message: 'No such conversation' };
    await expect(readPins(stranger, team, world)).rejects.toMatchObject(refusal);
    await expect(readPins(anna, convoId('nowhere'), world)).rejects.toMatchObject(refusal);
  });
});
