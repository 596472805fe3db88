import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { anna, ben, cleo, userId } from '../../test/support/builders.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { leaveConversation } from './leave-conversation.ts';
import { putMember } from './put-member.ts';
import { removeMember } from './remove-member.ts';
import { updateConversation } from './update-conversation.ts';

const dora = userId('dora');
const typesOf = (events: readonly ServerEvent[]) => events.map(({ type }) => type);

async function setup(options: Parameters<typeof inMemoryTeam>[0] = {}) {
  const world = inMemoryTeam(options);
  await world.connect(anna, ben, cleo, dora);
  return {
    ...world,
    add: async (who: string) => {
      const { changed } = await putMember(anna, { convoId: team, userId: who }, world.deps);
      await world.tell(changed);
    },
  };
}

describe('announceChange', () => {
  it('tells all members the line, what is the same for all of them, and who came', async () => {
    const { add, told } = await setup();
    await add(dora);
    expect(told(ben)).toMatchObject([
      {
        type: 'message.create',
        seq_no: 1,
        sender_id: anna,
        content: '',
        system: { code: 'member.added', params: { user_id: dora } },
      },
      { type: 'conversation.details', member_count: 4, version: 2, title: 'Team' },
      {
        type: 'member.update',
        user_id: dora,
        person: { handle: 'dora' },
        role: 'member',
        state: 'member',
        member_count: 4,
        version: 2,
      },
    ]);
  });

  it('shows whoever came in the conversation before all else', async () => {
    const { add, told } = await setup({ conversation: { seq: 7, history: 'joined' } });
    await add(dora);
    expect(typesOf(told(dora))).toEqual([
      'conversation.update',
      'message.create',
      'conversation.details',
      'member.update',
    ]);
    expect(told(dora)[0]).toMatchObject({
      conversation: {
        convo_id: team,
        state: 'member',
        role: 'member',
        seq: 8,
        from_seq: 7,
        read_seq: 7,
        unread: 1,
        member_count: 4,
        members: [{ handle: 'anna' }, { handle: 'ben' }, { handle: 'cleo' }, { handle: 'dora' }],
        capabilities: ['message.send'],
      },
    });
  });

  it('tells whoever was removed that, this last time, and nothing of what the conversation is now', async () => {
    const { deps, tell, told } = await setup();
    await tell(await removeMember(ben, team, cleo, deps));
    expect(told(cleo)).toMatchObject([
      { type: 'message.create', seq_no: 1, system: { code: 'member.removed', params: { user_id: cleo } } },
      { type: 'member.update', user_id: cleo, state: 'removed' },
      {
        type: 'conversation.update',
        conversation: {
          state: 'removed',
          seq: 1,
          members: [],
          member_count: 0,
          capabilities: [],
          title: 'Team',
        },
      },
    ]);
    expect(typesOf(told(anna))).toEqual(['message.create', 'conversation.details', 'member.update']);
  });

  it('is silent to them from then on', async () => {
    const { deps, tell, told } = await setup();
    await tell(await removeMember(ben, team, cleo, deps));
    const before = told(cleo).length;
    await updateConversation(
      anna,
      team,
      { title: 'Crew' },
      { ...deps, tell: async (one) => void (await tell(one)) },
    );
    expect(told(cleo)).toHaveLength(before);
    expect(told(ben).at(-1)).toMatchObject({ type: 'conversation.details', title: 'Crew' });
  });

  it('shows whoever has another role what they may now', async () => {
    const { deps, tell, told } = await setup();
    const { changed } = await putMember(anna, { convoId: team, userId: cleo, role: 'admin' }, deps);
    await tell(changed);
    expect(told(cleo)[0]).toMatchObject({
      type: 'conversation.update',
      conversation: { role: 'admin', capabilities: expect.arrayContaining(['member.add']) },
    });
    expect(told(ben)).toMatchObject([
      {
        type: 'message.create',
        system: { code: 'member.role_changed', params: { user_id: cleo, role: 'admin' } },
      },
      { type: 'member.update', user_id: cleo, role: 'admin', state: 'member' },
    ]);
  });

  it('tells members of a large conversation that it does not name, and none who came later', async () => {
    const { deps, tell, told, conversations, now } = await setup({
      conversation: { history: 'joined', seq: 3 },
    });
    const left = await leaveConversation(ben, team, deps);
    const { changed } = await putMember(anna, { convoId: team, userId: dora }, deps);
    // As if nobody were named: only the roster knows that Dora came after what is told.
    if (left === 'unchanged') throw new Error('Ben left');
    await tell({
      ...left,
      change: { ...left.change, after: { ...left.change.after, shownMembers: [anna] } },
    });
    expect(typesOf(told(cleo))).toEqual(['message.create', 'conversation.details', 'member.update']);
    expect(told(dora)).toEqual([]);
    await tell(changed);
    expect(told(dora)).not.toEqual([]);
    expect([now().memberCount, (await conversations.roster(team)).length]).toEqual([3, 3]);
  });

  it('shows a membership that ended before this could be told as it is by now', async () => {
    const { deps, tell, told } = await setup();
    const { changed } = await putMember(anna, { convoId: team, userId: dora }, deps);
    await removeMember(anna, team, dora, deps);
    await tell(changed);
    expect(told(dora)[0]).toMatchObject({ conversation: { state: 'removed', members: [] } });
  });

  it('says topic and avatar with the rest, also when something else changes', async () => {
    const { deps, tell, told, add } = await setup();
    const telling = { ...deps, tell: async (one: Parameters<typeof tell>[0]) => void (await tell(one)) };
    await updateConversation(anna, team, { topic: 'Boats', avatar: 'a_1' }, telling);
    await updateConversation(anna, team, { title: 'Crew' }, telling);
    expect(told(ben).at(-1)).toMatchObject({ title: 'Crew', topic: 'Boats', avatar: 'a_1' });
    await add(dora);
    expect(told(dora)[0]).toMatchObject({ conversation: { topic: 'Boats', avatar: 'a_1' } });
  });

  it('queues the line for the webhooks, and fails when that cannot be done', async () => {
    const { add, deliveries, deps } = await setup({ conversation: { webhookIds: ['wh_1', 'wh_2'] } });
    await add(dora);
    expect(deliveries.map(({ webhook_id, events }) => [webhook_id, typesOf(events)])).toEqual([
      ['wh_1', ['message.create']],
      ['wh_2', ['message.create']],
    ]);
    deps.webhooks.enqueue = async () => {
      throw new Error('no queue');
    };
    await expect(add(userId('stranger'))).rejects.toThrow('no queue');
  });
});
