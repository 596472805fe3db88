import { describe, expect, it } from 'vitest';
import type { UpdateConversationRequest } from '../../events/membership-contracts.ts';
import { anna, ben, cleo, stranger } from '../../test/support/builders.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { outcomeOf } from '../../test/support/outcome-of.ts';
import { updateConversation } from './update-conversation.ts';

const archivedAt = '2026-03-01T12:00:00.000Z';

function setup(options: Parameters<typeof inMemoryTeam>[0] = {}) {
  const world = inMemoryTeam(options);
  const told: number[] = [];
  const tell = async ({ change }: { change: { after: { seq: number } } }) => void told.push(change.after.seq);
  const update = (request: UpdateConversationRequest, caller = anna) =>
    updateConversation(caller, team, request, { ...world.deps, tell });
  return {
    ...world,
    told: told as readonly number[],
    update,
    code: (request: UpdateConversationRequest, caller = anna) => outcomeOf(update(request, caller)),
  };
}

describe('updateConversation', () => {
  it('makes of each field that differs a change with its own line, and tells each', async () => {
    const { update, lines, now, conversations, told } = setup();
    await update({ title: 'Crew', topic: 'Boats', avatar: 'a_1', history: 'joined', posting: 'admins' });
    expect(lines()).toEqual([
      { seq: 1, by: anna, code: 'conversation.renamed', params: { title: 'Crew' } },
      { seq: 2, by: anna, code: 'conversation.topic_changed', params: { topic: 'Boats' } },
      { seq: 3, by: anna, code: 'conversation.avatar_changed', params: {} },
      { seq: 4, by: anna, code: 'conversation.history_changed', params: { history: 'joined' } },
      { seq: 5, by: anna, code: 'conversation.posting_changed', params: { posting: 'admins' } },
    ]);
    expect(now()).toMatchObject({ title: 'Crew', history: 'joined', posting: 'admins', membersVersion: 6 });
    expect((await conversations.details([team])).get(team)).toEqual({ topic: 'Boats', avatar: 'a_1' });
    expect(told).toEqual([1, 2, 3, 4, 5]);
  });

  it('changes nothing that is so already', async () => {
    const { update, lines } = setup();
    const same = {
      title: 'Team',
      topic: null,
      history: 'all',
      posting: 'everybody',
      archived: false,
    } as const;
    await update(same);
    expect(lines()).toEqual([]);
  });

  it('takes away with null, and one of the two stays without the other', async () => {
    const { update, conversations, now } = setup();
    const details = async () => (await conversations.details([team])).get(team);
    await update({ topic: 'Boats', avatar: 'a_1' });
    await update({ topic: null });
    expect(await details()).toEqual({ avatar: 'a_1' });
    await update({ avatar: null });
    expect(now()).not.toHaveProperty('hasDetails');
  });

  it('goes into the archive last and comes out of it first', async () => {
    const { update, lines, now } = setup();
    await update({ archived: true, title: 'Crew' });
    await update({ title: 'Team', archived: false });
    expect(lines().map(({ code }) => code)).toEqual([
      'conversation.renamed',
      'conversation.archived',
      'conversation.unarchived',
      'conversation.renamed',
    ]);
    expect(now()).not.toHaveProperty('archivedAt');
  });

  it('changes nothing of what is asked for when the archive is in the way of a part of it', async () => {
    const { code, lines } = setup({ conversation: { archivedAt } });
    expect(await code({ posting: 'admins', title: 'Crew' })).toBe('conversation.archived');
    expect(lines()).toEqual([]);
    expect(await code({ posting: 'admins' })).toBe('done');
  });

  it('is for owner and admins, and for nobody in a direct conversation', async () => {
    const { code } = setup();
    expect(await code({ title: 'Crew' }, ben)).toBe('done');
    expect(await code({ title: 'Mine' }, cleo)).toBe('conversation.forbidden');
    expect(await code({ posting: 'everybody' }, cleo)).toBe('conversation.forbidden');
    expect(await code({ title: 'Mine' }, stranger)).toBe('conversation.not_found');
    expect(await setup({ conversation: { type: 'direct' } }).code({ title: 'Us' })).toBe(
      'conversation.direct',
    );
  });

  it('ends right after a time-out that hid a success', async () => {
    const { update, lines, now } = setup({ faults: ['timed out after success'] });
    await update({ title: 'Crew' });
    expect([lines().length, now().title]).toEqual([1, 'Crew']);
  });
});
