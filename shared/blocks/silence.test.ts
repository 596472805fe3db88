import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  aProfile,
  ben,
  membershipsOf,
  movableClock,
} from '../../test/support/builders.ts';
import { inMemoryBlockStore } from '../../test/support/in-memory-block-store.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemorySilence } from '../../test/support/in-memory-silence.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { directConversationId } from '../ids.ts';
import { blockPerson, unblockPerson } from './block-person.ts';

const convoId = directConversationId(anna, ben);

/** What somebody asks for on one device, one after the other. */
const device = fc.array(fc.record({ by: fc.constantFrom(anna, ben), blocks: fc.boolean() }), {
  maxLength: 4,
});

function setup() {
  const blocks = inMemoryBlockStore(inMemoryUserStore(aProfile('anna'), aProfile('ben')));
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ convoId, type: 'direct', title: null });
  conversations.put(conversation, membershipsOf(conversation, [anna, ben]));
  const deps = { blocks, silence: inMemorySilence(conversations), clock: movableClock() };
  const both = (userId: string) => [userId, userId === anna ? ben : anna] as const;
  return {
    blocks,
    deps,
    conversations,
    block: (userId = anna) => blockPerson(...both(userId), deps),
    unblock: (userId = anna) => unblockPerson(...both(userId), deps),
    counter: () => conversations.counters.get(convoId) ?? conversation,
  };
}

describe('a block', () => {
  it('[B1] silences the direct conversation of the two, and moves the version that every send proves', async () => {
    const { block, counter } = setup();
    await block();
    expect(counter()).toMatchObject({ silencedBy: [anna], membersVersion: 2 });
    await block(ben);
    expect(counter()).toMatchObject({ silencedBy: [anna, ben], membersVersion: 3 });
  });

  it('[B1] that is repeated moves nothing', async () => {
    const { block, counter } = setup();
    await block();
    await block();
    expect(counter().membersVersion).toBe(2);
  });

  it('[B1] ends for the one who takes it back; the other one stays', async () => {
    const { block, unblock, counter } = setup();
    await block(anna);
    await block(ben);
    await unblock(anna);
    expect(counter().silencedBy).toEqual([ben]);
    await unblock(ben);
    expect(counter()).toMatchObject({ membersVersion: 5 });
    expect(counter().silencedBy).toBeUndefined();
  });

  it('needs no conversation', async () => {
    const { block, blocks, conversations } = setup();
    conversations.counters.clear();
    await block();
    expect(await blocks.has(anna, ben)).toBe(true);
    expect(conversations.counters.size).toBe(0);
  });

  it('that failed half-way is whole when it is asked for again', async () => {
    const { block, deps, blocks, counter } = setup();
    const failing = { ...deps, silence: { set: () => Promise.reject(new Error('a fault')) } };
    await expect(blockPerson(anna, ben, failing)).rejects.toThrow('a fault');
    expect(counter().silencedBy).toBeUndefined();
    await block();
    expect(counter().silencedBy).toEqual([anna]);

    await expect(unblockPerson(anna, ben, failing)).rejects.toThrow('a fault');
    expect([await blocks.has(anna, ben), counter().silencedBy]).toEqual([false, [anna]]);
    await unblockPerson(anna, ben, deps);
    expect(counter().silencedBy).toBeUndefined();
  });

  it('[B1] and the silence say the same after any number of them at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(device, { minLength: 2, maxLength: 4 }),
        fc.scheduler(),
        async (devices, scheduler) => {
          const { deps, blocks, counter } = setup();
          const slowly = <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
            scheduler.scheduleFunction(call);
          const slow = {
            ...deps,
            blocks: {
              list: (userId: string) => blocks.list(userId),
              has: slowly((one: string, other: string) => blocks.has(one, other)),
              put: slowly((one: string, other: string, at: string) => blocks.put(one, other, at)),
              remove: slowly((one: string, other: string) => blocks.remove(one, other)),
            },
            silence: {
              set: slowly((id: string, userId: string, silent: boolean) =>
                deps.silence.set(id, userId, silent),
              ),
            },
          };
          const all = devices.map(async (clicks) => {
            for (const { by, blocks: wants } of clicks)
              await (wants ? blockPerson : unblockPerson)(by, by === anna ? ben : anna, slow);
          });
          await scheduler.waitFor(Promise.all(all));
          const expected = [];
          for (const [one, other] of [
            [anna, ben],
            [ben, anna],
          ] as const)
            if (await blocks.has(one, other)) expected.push(one);
          expect([...(counter().silencedBy ?? [])].sort()).toEqual(expected.sort());
        },
      ),
      { numRuns: 100 },
    );
  });
});
