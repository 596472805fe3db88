import { describe, expect, it } from 'vitest';
import { anna, ben, cleo, stranger, userId } from '../../test/support/builders.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { outcomeOf } from '../../test/support/outcome-of.ts';
import { leaveConversation } from './leave-conversation.ts';
import { removeMember } from './remove-member.ts';

const dora = userId('dora');

function setup(options: Parameters<typeof inMemoryTeam>[0] = {}) {
  const world = inMemoryTeam(options);
  return {
    ...world,
    remove: (caller: string, who: string) => outcomeOf(removeMember(caller, team, who, world.deps)),
    leave: (who: string) => outcomeOf(leaveConversation(who, team, world.deps)),
  };
}

describe('removeMember', () => {
  it('takes somebody out, who keeps what was there until then', async () => {
    const { remove, roster, lines, conversations } = setup({ conversation: { seq: 4, rev: 2 } });
    expect(await remove(ben, cleo)).toBe('done');
    expect(await roster()).toEqual({ [anna]: 'owner', [ben]: 'admin' });
    expect(lines()).toEqual([{ seq: 5, by: ben, code: 'member.removed', params: { user_id: cleo } }]);
    expect(await conversations.standing(cleo, team)).toMatchObject({
      left: { state: 'removed', seq: 5, rev: 2, title: 'Team' },
    });
  });

  it('is done once, whoever repeats it, also after a time-out that hid a success', async () => {
    const { remove, lines } = setup({ faults: ['timed out after success'] });
    expect(await remove(anna, cleo)).toBe('unchanged');
    expect(await remove(ben, cleo)).toBe('unchanged');
    expect(lines()).toHaveLength(1);
  });

  it('follows rank: admins take out members, owners everybody, members nobody', async () => {
    const { remove } = setup({
      roles: { [anna]: 'owner', [ben]: 'admin', [cleo]: 'member', [dora]: 'admin' },
    });
    expect(await remove(cleo, ben)).toBe('conversation.forbidden');
    expect(await remove(ben, dora)).toBe('conversation.forbidden');
    expect(await remove(ben, anna)).toBe('conversation.forbidden');
    expect(await remove(anna, dora)).toBe('done');
    expect(await remove(ben, cleo)).toBe('done');
  });

  it('looks to strangers as if there were nothing, and knows nobody who never was in it', async () => {
    const { remove } = setup();
    expect(await remove(stranger, cleo)).toBe('conversation.not_found');
    expect(await remove(anna, stranger)).toBe('member.not_found');
    expect(await remove(cleo, stranger)).toBe('conversation.forbidden');
  });

  it('of oneself is leaving', async () => {
    const { remove, lines } = setup();
    expect(await remove(cleo, cleo)).toBe('done');
    expect(await remove(anna, anna)).toBe('conversation.last_owner');
    expect(lines()).toMatchObject([{ by: cleo, code: 'member.left' }]);
  });
});

describe('leaveConversation', () => {
  it('takes oneself out, once', async () => {
    const { leave, roster, lines } = setup();
    expect([await leave(cleo), await leave(cleo)]).toEqual(['done', 'unchanged']);
    expect(await roster()).not.toHaveProperty(cleo);
    expect(lines()).toEqual([{ seq: 1, by: cleo, code: 'member.left', params: { user_id: cleo } }]);
  });

  it('is not for the last owner while others are there', async () => {
    const { leave, now } = setup();
    expect(await leave(anna)).toBe('conversation.last_owner');
    expect([await leave(ben), await leave(cleo), await leave(anna)]).toEqual(['done', 'done', 'done']);
    expect(now()).toMatchObject({ memberCount: 0, shownMembers: [] });
  });

  it('leaves one owner when the two that there are go at the same moment', async () => {
    const { leave, roster } = setup({ roles: { [anna]: 'owner', [ben]: 'owner', [cleo]: 'member' } });
    const outcomes = await Promise.all([leave(anna), leave(ben)]);
    expect(outcomes.toSorted()).toEqual(['conversation.last_owner', 'done']);
    expect(Object.values(await roster())).toContain('owner');
  });

  it('is possible out of an archived conversation, not out of a direct one, nor for strangers', async () => {
    const archived = setup({ conversation: { archivedAt: '2026-03-01T12:00:00.000Z' } });
    expect(await archived.leave(cleo)).toBe('done');
    expect(await setup({ conversation: { type: 'direct' } }).leave(anna)).toBe('conversation.direct');
    expect(await setup().leave(stranger)).toBe('conversation.not_found');
  });
});
