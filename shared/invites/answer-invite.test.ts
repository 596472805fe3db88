import { describe, expect, it } from 'vitest';
import { aConversation, anna, ben, cleo, convoId, stranger } from '../../test/support/builders.ts';
import { inviteWorld, statesIn, team } from '../../test/support/invite-world.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';

const refusal = (code: string) => ({ code });

describe('acceptInvite', () => {
  it('makes the person what they were invited as, once', async () => {
    const { invite, accept, conversations, changes, pending } = inviteWorld();
    await invite(anna, cleo, 'admin');
    expect(await accept(cleo)).toMatchObject({ invite: { role: 'admin' } });
    expect(await accept(cleo)).toBe('unchanged');
    expect(await conversations.membership(cleo, team)).toMatchObject({ role: 'admin' });
    expect(changes.lines).toMatchObject([
      { senderId: cleo, system: { code: 'member.joined', params: { user_id: cleo } } },
    ]);
    expect(await pending(cleo)).toEqual([]);
  });

  it('is done once when the answer was lost or others are faster', async () => {
    const { invite, accept, changes, conversations } = inviteWorld();
    await invite(anna, cleo);
    changes.fail('stale', 'timed out after success');
    expect(await accept(cleo)).toBe('unchanged');
    expect(await conversations.get(team)).toMatchObject({ memberCount: 4 });
    expect(changes.lines).toHaveLength(1);
  });

  it('is for the invited person', async () => {
    const { invite, accept } = inviteWorld();
    await invite(anna, cleo);
    await expect(accept(stranger)).rejects.toMatchObject(refusal('invite.not_found'));
    await expect(accept(stranger, convoId('none'))).rejects.toMatchObject(refusal('invite.not_found'));
  });

  it('does not beat a ban or the largest number of people', async () => {
    const { invite, accept, ban, conversations } = inviteWorld();
    await invite(anna, cleo);
    const conversation = aConversation({ convoId: team, memberCount: limits.conversationMembersMax });
    const before = conversations.counters.get(team);
    conversations.counters.set(team, conversation);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('conversation.full'));
    if (before) conversations.counters.set(team, before);
    ban(cleo);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('conversation.banned'));
  });
});

describe('declineInvite', () => {
  it('ends it for all devices, and for seven days nobody of the conversation asks again', async () => {
    const { invite, decline, told, pending, accept, clock } = inviteWorld();
    await invite(anna, cleo);
    await decline(cleo);
    expect(statesIn(told())).toEqual(['pending', 'declined']);
    expect(await pending(cleo)).toEqual([]);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
    clock.advance(limits.inviteDeclinedSeconds * 1_000 - 1);
    for (const inviter of [anna, ben])
      await expect(invite(inviter, cleo)).rejects.toMatchObject({
        code: 'invite.declined',
        message: expect.stringContaining('2026-03-08T12:00:00.000Z'),
      });
    clock.advance(1);
    expect(await invite(ben, cleo)).toMatchObject({ created: true });
  });

  it('is harmless to repeat, and refused where there is nothing to decline', async () => {
    const { invite, decline, told, clock } = inviteWorld();
    await expect(decline(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
    await invite(anna, cleo);
    await decline(cleo);
    await decline(cleo);
    expect(statesIn(told())).toEqual(['pending', 'declined']);
    clock.advance(limits.inviteDeclinedSeconds * 1_000);
    await expect(decline(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
  });

  it('blocks and reports whoever invited, if asked to', async () => {
    const { invite, decline, blocked, reported } = inviteWorld();
    await invite(anna, cleo);
    await decline(cleo, { block: true, report: { category: 'spam', note: 'third time' } });
    expect(blocked).toEqual([[cleo, anna]]);
    expect(reported).toEqual([[cleo, { user_id: anna, category: 'spam', note: 'third time' }]]);
  });

  it('stands as long as the block or the report fails, so that all of it can be repeated', async () => {
    const { invite, decline, pending, refuse } = inviteWorld();
    await invite(anna, cleo);
    refuse(new AppError('user.cannot_block'));
    await expect(decline(cleo, { block: true })).rejects.toMatchObject(refusal('user.cannot_block'));
    expect(await pending(cleo)).toHaveLength(1);
    refuse(new AppError('user.not_found'));
    await decline(cleo, { block: true, report: { category: 'spam' } });
    expect(await pending(cleo)).toEqual([]);
  });

  it('has one winner when it meets an acceptance', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { invite, accept, decline, conversations } = inviteWorld();
      await invite(anna, cleo);
      const [accepted, declined] = await Promise.allSettled([accept(cleo), decline(cleo)]);
      const isIn = (await conversations.membership(cleo, team)) !== undefined;
      expect([accepted.status, declined.status].sort()).toEqual(['fulfilled', 'rejected']);
      expect(isIn).toBe(accepted.status === 'fulfilled');
    }
  });
});
