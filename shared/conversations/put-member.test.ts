import { describe, expect, it } from 'vitest';
import type { Role } from '../../events/server-frames.ts';
import { anna, aProfile, ben, cleo, stranger, userId } from '../../test/support/builders.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { outcomeOf } from '../../test/support/outcome-of.ts';
import { putMember } from './put-member.ts';

const dora = userId('dora');

function setup(options: Parameters<typeof inMemoryTeam>[0] = {}) {
  const world = inMemoryTeam(options);
  return {
    ...world,
    put: (caller: string, who: string, role?: Role) =>
      putMember(caller, { convoId: team, userId: who, role }, world.deps),
    code: (caller: string, who: string, role?: Role) =>
      outcomeOf(putMember(caller, { convoId: team, userId: who, role }, world.deps)),
  };
}

describe('putMember', () => {
  it.each([anna, ben])('lets owner and admin (%s) add somebody as a member', async (caller) => {
    const { put, roster, lines } = setup();
    expect(await put(caller, dora)).toMatchObject({ person: { handle: 'dora' }, role: 'member' });
    expect(await roster()).toMatchObject({ [dora]: 'member' });
    expect(lines()).toEqual([{ seq: 1, by: caller, code: 'member.added', params: { user_id: dora } }]);
  });

  it('changes nothing for somebody who is in, as the same or as whatever they are', async () => {
    const { put, lines } = setup();
    expect(await put(ben, cleo)).toMatchObject({ changed: 'unchanged', role: 'member' });
    expect(await put(ben, cleo, 'member')).toMatchObject({ changed: 'unchanged', role: 'member' });
    expect(await put(ben, anna)).toMatchObject({ changed: 'unchanged', role: 'owner' });
    expect(lines()).toEqual([]);
  });

  it('adds somebody once, however many ask for it at the same moment', async () => {
    const { put, roster, lines, now } = setup();
    await Promise.all([put(anna, dora), put(ben, dora), put(anna, dora)]);
    expect(lines()).toHaveLength(1);
    expect([Object.keys(await roster()).length, now().memberCount]).toEqual([4, 4]);
  });

  it('lets owners alone give roles, to newcomers as well', async () => {
    const { put, code, roster, lines } = setup();
    expect(await code(ben, cleo, 'admin')).toBe('conversation.forbidden');
    expect(await code(ben, dora, 'admin')).toBe('conversation.forbidden');
    expect(await code(ben, ben, 'owner')).toBe('conversation.forbidden');
    await put(anna, cleo, 'admin');
    await put(anna, dora, 'owner');
    expect(await roster()).toMatchObject({ [cleo]: 'admin', [dora]: 'owner' });
    expect(lines()[0]).toMatchObject({
      code: 'member.role_changed',
      params: { user_id: cleo, role: 'admin' },
    });
  });

  it('leaves one owner at least', async () => {
    const { put, code, roster } = setup();
    expect(await code(anna, anna, 'member')).toBe('conversation.last_owner');
    await put(anna, ben, 'owner');
    expect(await Promise.all([code(anna, anna, 'member'), code(ben, ben, 'member')])).toEqual(
      expect.arrayContaining(['done', 'conversation.last_owner']),
    );
    expect(Object.values(await roster()).filter((role) => role === 'owner')).toHaveLength(1);
  });

  it('is not for members, and looks to strangers as if there were nothing', async () => {
    const { code } = setup();
    expect(await code(cleo, dora)).toBe('conversation.forbidden');
    expect(await code(cleo, ben)).toBe('conversation.forbidden');
    expect(await code(stranger, dora)).toBe('conversation.not_found');
    expect(await code(dora, dora)).toBe('conversation.not_found');
  });

  it('knows nobody who is erased, was never there, or has a block between them and the caller', async () => {
    const { code, users, blocks } = setup();
    users.put(aProfile('ghost', { deletedAt: '2026-03-01T12:00:00.000Z' }));
    await blocks.put(dora, anna, '2026-03-01T12:00:00.000Z');
    expect(await code(anna, userId('ghost'))).toBe('user.not_found');
    expect(await code(anna, userId('nobody'))).toBe('user.not_found');
    expect(await code(anna, dora)).toBe('user.not_found');
    expect(await code(ben, dora)).toBe('done');
  });

  it('lifts a ban with it', async () => {
    const { put, changes } = setup();
    changes.bansByKey.set(`${dora} ${team}`, { userId: dora, bannedBy: anna, createdAt: '' });
    await put(ben, dora);
    expect(await changes.ban(team, dora)).toBeUndefined();
  });

  it('is nothing for a direct conversation, and adds nobody to an archived one', async () => {
    expect(await setup({ conversation: { type: 'direct' } }).code(anna, dora)).toBe('conversation.direct');
    const archived = setup({ conversation: { archivedAt: '2026-03-01T12:00:00.000Z' } });
    expect(await archived.code(anna, dora)).toBe('conversation.archived');
    expect(await archived.code(anna, cleo, 'owner')).toBe('done');
  });
});
