import { describe, expect, it } from 'vitest';
import { anna, cleo, crowd, userId } from '../../test/support/builders.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { limits } from '../limits.ts';
import { changeConversation, type Draft } from './change-conversation.ts';

const rename = (title: string): Draft => ({
  line: { actorId: anna, system: { code: 'conversation.renamed', params: { title } } },
  settings: { title },
});
const rolesOf = (count: number) => Object.fromEntries(crowd(count).map((id) => [id, 'member' as const]));

describe('changeConversation', () => {
  it('changes nothing where everything is as it should be', async () => {
    const { deps, changes } = inMemoryTeam();
    expect(await changeConversation(team, async () => undefined, deps)).toBe('unchanged');
    expect(changes.changes).toBe(0);
  });

  it('asks again when somebody else was faster, with what is there then', async () => {
    const { deps, backoff } = inMemoryTeam({ faults: ['stale', 'stale'] });
    let asked = 0;
    const decide = async () => {
      asked += 1;
      return rename('Crew');
    };
    expect(await changeConversation(team, decide, deps)).toMatchObject({
      change: { after: { title: 'Crew' } },
    });
    expect([asked, backoff.waits]).toEqual([3, [1, 2]]);
  });

  it('gives up after eight tries', async () => {
    const { deps, backoff } = inMemoryTeam({ faults: Array.from({ length: 9 }, () => 'stale' as const) });
    const changed = changeConversation(team, async () => rename('Crew'), deps);
    await expect(changed).rejects.toMatchObject({ code: 'unavailable' });
    expect(backoff.waits).toHaveLength(7);
  });

  it('finds its own success that it did not hear of, and does nothing twice', async () => {
    const { deps, lines, now } = inMemoryTeam({ faults: ['timed out after success'] });
    const decide = async ({ title }: { title: string | null }) =>
      title === 'Crew' ? undefined : rename('Crew');
    expect(await changeConversation(team, decide, deps)).toBe('unchanged');
    expect(lines()).toHaveLength(1);
    expect(now()).toMatchObject({ title: 'Crew', seq: 1 });
  });

  it('knows no conversation that is not there', async () => {
    const { deps } = inMemoryTeam();
    const changed = changeConversation('c_nowhere', async () => rename('Crew'), deps);
    await expect(changed).rejects.toMatchObject({ code: 'conversation.not_found' });
  });

  it('lets nobody into a full conversation, and out of it', async () => {
    const { deps } = inMemoryTeam({ conversation: { memberCount: limits.conversationMembersMax } });
    const join: Draft = { joined: [{ userId: userId('late'), role: 'member' }] };
    await expect(changeConversation(team, async () => join, deps)).rejects.toMatchObject({
      code: 'conversation.full',
    });
    const leave: Draft = { left: [{ userId: cleo, state: 'left' }] };
    expect(await changeConversation(team, async () => leave, deps)).not.toBe('unchanged');
  });

  it('says so when what lets somebody in is used up', async () => {
    const { deps } = inMemoryTeam();
    const changes = { change: async () => 'used_up' as const };
    const changed = changeConversation(team, async () => rename('Crew'), { ...deps, changes });
    await expect(changed).rejects.toMatchObject({ code: 'invite.not_found' });
  });

  it('shows others in the place of whoever left, and reads the roster only for that', async () => {
    const { deps, now, conversations } = inMemoryTeam({
      roles: rolesOf(8),
      conversation: { shownMembers: crowd(8).slice(0, 6) },
    });
    let reads = 0;
    const counted = {
      ...deps,
      conversations: {
        ...conversations,
        roster: async (id: string) => {
          reads += 1;
          return await conversations.roster(id);
        },
      },
    };
    const [first = '', ...others] = crowd(8);
    await changeConversation(
      team,
      async () => ({ left: [{ userId: others[6] ?? '', state: 'left' }] }),
      counted,
    );
    expect(reads).toBe(0);
    await changeConversation(team, async () => ({ left: [{ userId: first, state: 'left' }] }), counted);
    expect([reads, now().shownMembers, now().memberCount]).toEqual([1, others.slice(0, 6), 6]);
    const joined: Draft = { joined: [{ userId: first, role: 'member' }] };
    await changeConversation(team, async () => joined, counted);
    expect(now()).toMatchObject({ shownMembers: others.slice(0, 6), memberCount: 7 });
  });

  it('counts for a newcomer as read what was there before them', async () => {
    const { deps, conversations } = inMemoryTeam({ conversation: { seq: 40 } });
    await changeConversation(
      team,
      async () => ({ joined: [{ userId: userId('dora'), role: 'member' }] }),
      deps,
    );
    expect(await conversations.standing(userId('dora'), team)).toEqual({
      convoId: team,
      userId: userId('dora'),
      role: 'member',
      readSeq: 40,
    });
  });

  it('keeps in mind that somebody came late, and what they cannot see', async () => {
    const { deps, conversations, now } = inMemoryTeam({ conversation: { seq: 40, history: 'joined' } });
    const line = {
      actorId: anna,
      system: { code: 'member.added', params: { user_id: userId('dora') } },
    } as const;
    await changeConversation(
      team,
      async () => ({ line, joined: [{ userId: userId('dora'), role: 'member' }] }),
      deps,
    );
    expect(await conversations.standing(userId('dora'), team)).toMatchObject({ fromSeq: 40, readSeq: 40 });
    expect(now()).toMatchObject({ hasNewcomers: true, seq: 41, recentSenders: { [anna]: 41 } });
  });
});
