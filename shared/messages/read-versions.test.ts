import { describe, expect, it } from 'vitest';
import { anna, convoId, startMs, stranger } from '../../test/support/builders.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import { limits } from '../limits.ts';
import { readVersions } from './read-versions.ts';

const team = convoId('team');
const edit = (content: string) => ({ kind: 'edit', seq_no: 2, content }) as const;

async function setup() {
  const world = timelineUnderTest();
  await world.say(3);
  const read = async (seq: number) => (await readVersions(anna, team, seq, world)).versions;
  return { ...world, read };
}

describe('readVersions', () => {
  it('[M5] gives what a message said and since when, the present text last', async () => {
    const { make, read, clock } = await setup();
    const at = (ms: number) => new Date(startMs + ms).toISOString();
    expect(await read(2)).toEqual([{ content: 'text 2', created_at: at(0) }]);
    clock.advance(1_000);
    await make(edit('second'), { kind: 'react', seq_no: 2, emoji: '👍' });
    clock.advance(1_000);
    await make(edit('better'));
    expect(await read(2)).toEqual([
      { content: 'text 2', created_at: at(0) },
      { content: 'second', created_at: at(1_000) },
      { content: 'better', created_at: at(2_000) },
    ]);
    expect(await read(1)).toHaveLength(1);
  });

  it('[M5] keeps the last ten former texts', async () => {
    const { make, read } = await setup();
    for (let n = 1; n <= limits.versionsMax + 2; n += 1) await make(edit(`edit ${n}`));
    const texts = (await read(2)).map(({ content }) => content);
    expect(texts).toHaveLength(limits.versionsMax + 1);
    expect([texts[0], texts.at(-1)]).toEqual(['edit 2', 'edit 12']);
  });

  it('[M6] shows nothing of what was deleted', async () => {
    const { make, read } = await setup();
    await make(edit('second'), { kind: 'delete', seq_no: 2 });
    await expect(read(2)).rejects.toMatchObject({ code: 'message.not_found' });
  });

  it.each([0, -1, 4, 10 ** 14])('[M3] knows no message %d', async (seq) => {
    const { read } = await setup();
    await expect(read(seq)).rejects.toMatchObject({ code: 'message.not_found' });
  });

  it('[A2] answers for a foreign conversation as for a missing one, whatever the message', async () => {
    const world = await setup();
    const refusal = { code: 'conversation.not_found', message: 'No such conversation' };
    for (const seq of [2, 99]) {
      await expect(readVersions(stranger, team, seq, world)).rejects.toMatchObject(refusal);
      await expect(readVersions(anna, convoId('nowhere'), seq, world)).rejects.toMatchObject(refusal);
    }
  });
});
