import { describe, expect, it } from 'vitest';
import { anna, ben, cleo, stranger } from '../../test/support/builders.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { leaveConversation } from './leave-conversation.ts';
import { forever, muteConversation } from './mute-conversation.ts';
import { viewMembers } from './view-members.ts';

describe('viewMembers', () => {
  it('shows everybody with their role, page by page', async () => {
    const { deps } = inMemoryTeam();
    const first = await viewMembers(cleo, team, { limit: 2 }, deps);
    expect(first).toMatchObject({
      members: [
        { person: { handle: 'anna' }, role: 'owner' },
        { person: { handle: 'ben' }, role: 'admin' },
      ],
      next_cursor: ben,
    });
    expect(await viewMembers(cleo, team, { limit: 2, cursor: ben }, deps)).toMatchObject({
      members: [{ person: { handle: 'cleo' }, role: 'member' }],
      next_cursor: null,
    });
  });

  it('is for members, as long as they are', async () => {
    const { deps } = inMemoryTeam();
    await expect(viewMembers(stranger, team, {}, deps)).rejects.toMatchObject({
      code: 'conversation.not_found',
    });
    await leaveConversation(cleo, team, deps);
    await expect(viewMembers(cleo, team, {}, deps)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });
});

describe('muteConversation', () => {
  const until = '2026-03-01T13:00:00.000Z';
  async function muted(value: string | null | undefined) {
    const { deps, conversations } = inMemoryTeam();
    await muteConversation(cleo, team, until, deps);
    await muteConversation(cleo, team, value, deps);
    return (await conversations.standing(cleo, team))?.mutedUntil;
  }

  it('lasts until its time, for good, or no longer', async () => {
    expect([await muted(until), await muted(null), await muted(undefined)]).toEqual([
      until,
      forever,
      undefined,
    ]);
  });

  it('takes no time that is over, and is for members', async () => {
    const { deps } = inMemoryTeam();
    const code = (who: string, value: string) =>
      muteConversation(who, team, value, deps).catch((error: { code: string }) => error.code);
    expect(await code(cleo, '2026-03-01T12:00:00.000Z')).toBe('request.invalid');
    expect(await code(stranger, until)).toBe('conversation.not_found');
    await leaveConversation(cleo, team, deps);
    expect(await code(cleo, until)).toBe('conversation.not_found');
    expect(await code(anna, until)).toBeUndefined();
  });
});
