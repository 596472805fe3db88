import { describe, expect, it } from 'vitest';
import { anna, aProfile, ben, cleo, movableClock, stranger, userId } from '../../test/support/builders.ts';
import { inMemoryBlockStore } from '../../test/support/in-memory-block-store.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemorySilence } from '../../test/support/in-memory-silence.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { limits } from '../limits.ts';
import { blockedPeople, blockPerson } from './block-person.ts';

function setup(crowd = 0) {
  const clock = movableClock();
  const many = Array.from({ length: crowd }, (_, index) => aProfile(`p${index}x`));
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'), aProfile('cleo'), ...many);
  const blocks = inMemoryBlockStore(users);
  const silence = inMemorySilence(inMemoryConversationStore());
  const block = (other: string) => blockPerson(anna, other, { blocks, silence, clock });
  const shown = () => blockedPeople(anna, { blocks, users });
  return { clock, users, blocks, block, shown, crowd: many.map((profile) => profile.userId) };
}

describe('blockPerson', () => {
  it('adds people to those who are blocked, the latest first, each once', async () => {
    const { clock, block, shown } = setup();
    await block(ben);
    clock.advance(1_000);
    await block(cleo);
    clock.advance(1_000);
    await block(ben);
    expect((await shown()).map(({ handle }) => handle)).toEqual(['cleo', 'ben']);
  });

  it('refuses oneself', async () => {
    const { block, shown } = setup();
    await expect(block(anna)).rejects.toMatchObject({ code: 'user.cannot_block' });
    expect(await shown()).toEqual([]);
  });

  it('[A2] tells somebody who was erased from nobody as little as a missing one', async () => {
    const { users, block } = setup();
    await users.erase(aProfile('ben'), '2026-03-01T12:00:00.000Z');
    const refusal = { code: 'user.not_found', message: 'No such person' };
    await expect(block(ben)).rejects.toMatchObject(refusal);
    await expect(block(stranger)).rejects.toMatchObject(refusal);
  });

  it('ends at a thousand; repeating one of them is fine', async () => {
    const { blocks, block, crowd } = setup(limits.blocksMax);
    for (const other of crowd) await blocks.put(anna, other, '2026-03-01T12:00:00.000Z');
    await expect(block(ben)).rejects.toMatchObject({
      code: 'user.cannot_block',
      message: expect.stringContaining('1000'),
    });
    await block(userId('p7x'));
    expect(await blocks.list(anna)).toHaveLength(limits.blocksMax);
    await blocks.remove(anna, userId('p7x'));
    await block(ben);
    expect(await blocks.list(anna)).toContain(ben);
  });
});

describe('blockedPeople', () => {
  it('shows those whose account was erased meanwhile without their names', async () => {
    const { users, block, shown } = setup();
    await block(ben);
    await users.erase(aProfile('ben'), '2026-03-01T12:00:00.000Z');
    expect(await shown()).toEqual([
      { user_id: ben, handle: 'deleted', display_name: 'Deleted account', deleted: true },
    ]);
  });
});
