import { describe, expect, it } from 'vitest';
import type { OpenConversationRequest } from '../../events/http-contracts.ts';
import {
  anna,
  aProfile,
  ben,
  cleo,
  countingIds,
  movableClock,
  startMs,
  userId,
} from '../../test/support/builders.ts';
import { inMemoryBlockStore } from '../../test/support/in-memory-block-store.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemorySilence } from '../../test/support/in-memory-silence.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { settleSilence } from '../blocks/silence.ts';
import { limits } from '../limits.ts';
import { openConversation } from './open-conversation.ts';

function setup() {
  const conversations = inMemoryConversationStore();
  const crowd = Array.from({ length: limits.conversationMembersMax }, (_, index) => aProfile(`p${index}x`));
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'), aProfile('cleo'), ...crowd);
  const blocks = inMemoryBlockStore(users);
  const silence = inMemorySilence(conversations);
  const deps = { conversations, users, blocks, silence, ids: countingIds(), clock: movableClock() };
  const open = (request: OpenConversationRequest, caller = anna) => openConversation(caller, request, deps);
  const direct = (other: string, caller = anna) => open({ type: 'direct', members: [other] }, caller);
  return {
    conversations,
    users,
    blocks,
    silence,
    open,
    direct,
    crowd: crowd.map((profile) => profile.userId),
  };
}

describe('openConversation', () => {
  it('keeps topic and history setting of a group, and the topic beside the counters', async () => {
    const { open, conversations } = setup();
    const group = { type: 'group' as const, title: 'Team', members: [ben] };
    const { conversation, details } = await open({ ...group, topic: 'Boats', history: 'joined' });
    expect(await conversations.get(conversation.convoId)).toMatchObject({
      history: 'joined',
      hasDetails: true,
    });
    expect(details).toEqual({ topic: 'Boats' });
    expect((await conversations.details([conversation.convoId])).get(conversation.convoId)).toEqual(details);
    const plain = await open({ ...group, topic: null, history: 'all' });
    for (const absent of ['history', 'hasDetails']) expect(plain.conversation).not.toHaveProperty(absent);
  });

  describe('of two people', () => {
    it('is one and the same, from whichever side it is opened', async () => {
      const { direct } = setup();
      const first = await direct(ben, anna);
      const second = await direct(anna, ben);
      expect([first.created, second.created]).toEqual([true, false]);
      expect(second.conversation).toEqual(first.conversation);
      expect(first.conversation).toMatchObject({ type: 'direct', title: null, memberCount: 2, seq: 0 });
    });

    it('is one when both open it at the same moment', async () => {
      const { direct } = setup();
      const opened = await Promise.all([direct(ben, anna), direct(anna, ben), direct(ben, anna)]);
      expect(opened.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(opened.map(({ conversation }) => conversation.convoId)).size).toBe(1);
    });

    it('is another one for other people', async () => {
      const { direct } = setup();
      const ids = [await direct(ben), await direct(cleo), await direct(ben, cleo)];
      expect(new Set(ids.map(({ conversation }) => conversation.convoId)).size).toBe(3);
    });

    it('makes both of them members', async () => {
      const { direct, conversations } = setup();
      const { conversation, memberIds } = await direct(ben);
      expect(memberIds).toEqual([anna, ben]);
      for (const member of [anna, ben]) {
        expect(await conversations.membership(member, conversation.convoId)).toMatchObject({
          role: 'member',
          readSeq: 0,
        });
      }
    });

    it('may be with oneself: notes', async () => {
      const { direct } = setup();
      const { conversation, memberIds, created } = await direct(anna);
      expect({ memberIds, created, count: conversation.memberCount }).toEqual({
        memberIds: [anna],
        created: true,
        count: 1,
      });
      expect((await direct(anna)).created).toBe(false);
    });

    it('is not of three', async () => {
      const { open } = setup();
      await expect(open({ type: 'direct', members: [ben, cleo] })).rejects.toMatchObject({
        code: 'request.invalid',
      });
      expect((await open({ type: 'direct', members: [anna, ben] })).memberIds).toEqual([anna, ben]);
    });
  });

  it('[O1] of a room has the caller as its owner, a title, a topic, and nobody else unless they are named', async () => {
    const { open, conversations } = setup();
    const room = { type: 'room', title: 'Hall', topic: 'For all', members: [] } as const;
    const { conversation, memberIds } = await open({ ...room, members: [...room.members] });
    expect(memberIds).toEqual([anna]);
    expect(conversation).toMatchObject({ type: 'room', title: 'Hall', memberCount: 1, hasDetails: true });
    expect(conversation.history).toBeUndefined();
    expect(await conversations.membership(anna, conversation.convoId)).toMatchObject({ role: 'owner' });
    expect((await open({ ...room, members: [ben] })).memberIds).toEqual([anna, ben]);
  });

  describe('of a group', () => {
    it('has the caller as its owner and everybody else as a member, each once', async () => {
      const { open, conversations } = setup();
      const { conversation, memberIds } = await open({
        type: 'group',
        title: 'Team',
        members: [ben, anna, ben, cleo],
      });
      expect(memberIds).toEqual([anna, ben, cleo]);
      expect(conversation).toMatchObject({ title: 'Team', memberCount: 3, shownMembers: [anna, ben, cleo] });
      expect(await conversations.membership(anna, conversation.convoId)).toMatchObject({ role: 'owner' });
      expect(await conversations.membership(cleo, conversation.convoId)).toMatchObject({ role: 'member' });
    });

    it('is a new one each time', async () => {
      const { open } = setup();
      const request = { type: 'group', title: 'Team', members: [ben] } as const;
      const [first, second] = [
        await open({ ...request, members: [ben] }),
        await open({ ...request, members: [ben] }),
      ];
      expect(first.conversation.convoId).not.toBe(second.conversation.convoId);
    });

    it('may have nobody else in it yet', async () => {
      const { open } = setup();
      expect((await open({ type: 'group', title: 'Soon', members: [] })).memberIds).toEqual([anna]);
    });

    it('shows its first six members only', async () => {
      const { open, crowd } = setup();
      const { conversation } = await open({ type: 'group', title: 'Many', members: crowd.slice(0, 20) });
      expect(conversation.shownMembers).toEqual([anna, ...crowd.slice(0, 5)]);
      expect(conversation.memberCount).toBe(21);
    });

    it('has at most a thousand people, the caller included', async () => {
      const { open, crowd } = setup();
      const fits = await open({ type: 'group', title: 'Full', members: crowd.slice(0, -1) });
      expect(fits.conversation.memberCount).toBe(limits.conversationMembersMax);
      await expect(open({ type: 'group', title: 'Overfull', members: crowd })).rejects.toMatchObject({
        code: 'request.invalid',
      });
    });
  });

  it('names the person who does not exist, and writes nothing', async () => {
    const { open, conversations } = setup();
    const nobody = userId('nobody');
    await expect(open({ type: 'group', title: 'Team', members: [ben, nobody] })).rejects.toMatchObject({
      code: 'user.not_found',
      message: expect.stringContaining(nobody),
    });
    await expect(open({ type: 'direct', members: [nobody] })).rejects.toMatchObject({
      code: 'user.not_found',
    });
    expect(conversations.counters.size).toBe(0);
  });

  describe('with somebody who is not there for the caller', () => {
    const now = new Date(startMs).toISOString();
    const absences = {
      'was erased': async ({ users }: ReturnType<typeof setup>) =>
        expect(await users.erase(aProfile('ben'), now)).toBe(true),
      'blocks the caller': async ({ blocks }: ReturnType<typeof setup>) =>
        expect(await blocks.put(ben, anna, now)).toBe(true),
      'is blocked by the caller': async ({ blocks }: ReturnType<typeof setup>) =>
        expect(await blocks.put(anna, ben, now)).toBe(true),
    };

    describe.each(Object.entries(absences))('who %s', (_, make) => {
      it('answers exactly as for somebody who never existed, and writes nothing', async () => {
        const world = setup();
        await make(world);
        const refused = await world.direct(ben).catch((error: unknown) => error);
        const missing = await world.direct(userId('nobody')).catch((error: unknown) => error);
        expect(refused).toMatchObject({ code: 'user.not_found' });
        expect(String(refused)).toBe(String(missing).replace(userId('nobody'), ben));
        await expect(
          world.open({ type: 'group', title: 'Team', members: [cleo, ben] }),
        ).rejects.toMatchObject({ code: 'user.not_found' });
        expect(world.conversations.counters.size).toBe(0);
      });

      it('opens the direct conversation that the two have already', async () => {
        const world = setup();
        const before = await world.direct(ben);
        await make(world);
        const after = await world.direct(ben);
        expect(after).toEqual({ ...before, created: false });
      });

      it('is nobody else’s business', async () => {
        const world = setup();
        await make(world);
        expect((await world.direct(cleo)).created).toBe(true);
        expect((await world.direct(cleo, userId('p1x'))).created).toBe(true);
      });
    });

    it('[B1] is silent when the block came while it was opened', async () => {
      const { conversations, blocks, silence, direct } = setup();
      const between = blocks.between.bind(blocks);
      // The block finds no conversation to silence yet, and the look at the blocks was before it.
      blocks.between = async (...asked) => {
        const answer = await between(...asked);
        if (conversations.counters.size === 0) {
          await blocks.put(ben, anna, now);
          await settleSilence(ben, anna, { blocks, silence });
        }
        return answer;
      };
      const { conversation } = await direct(ben);
      expect(conversations.counters.get(conversation.convoId)?.silencedBy).toEqual([ben]);
    });

    it('opens again once the block is taken back', async () => {
      const { blocks, direct } = setup();
      await blocks.put(anna, ben, now);
      await expect(direct(ben)).rejects.toMatchObject({ code: 'user.not_found' });
      await blocks.remove(anna, ben);
      expect((await direct(ben)).created).toBe(true);
    });
  });
});
