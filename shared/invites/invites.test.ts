import { describe, expect, it } from 'vitest';
import { anna, aProfile, ben, cleo, convoId, stranger, userId } from '../../test/support/builders.ts';
import { inviteWorld, statesIn, team } from '../../test/support/invite-world.ts';
import { limits } from '../limits.ts';

const refusal = (code: string) => ({ code });
const bot = userId('bot');

describe('invitePerson', () => {
  it('tells the invited person and nobody else', async () => {
    const { invite, told } = inviteWorld();
    const { view, created } = await invite(anna, cleo, 'admin');
    expect(created).toBe(true);
    expect(view).toMatchObject({
      convo_id: team,
      type: 'group',
      title: 'Team',
      member_count: 3,
      user_id: cleo,
      role: 'admin',
      invited_by: { user_id: anna, handle: 'anna' },
      state: 'pending',
    });
    expect(told()).toEqual([[cleo, { type: 'invite.update', invite: view }]]);
  });

  it('keeps the first invitation when somebody is invited again', async () => {
    const { invite, told, clock, pending } = inviteWorld();
    const first = await invite(anna, cleo);
    clock.advance(1_000);
    for (const again of [await invite(anna, cleo), await invite(ben, cleo)])
      expect(again).toEqual({ view: first.view, created: false });
    expect(told()).toHaveLength(1);
    expect(await pending(cleo)).toEqual([first.view]);
  });

  it('lets whoever invited change the role, and nobody else', async () => {
    const { invite, told, pending, addMember } = inviteWorld();
    addMember(stranger, 'owner');
    const first = await invite(anna, cleo);
    expect(await invite(stranger, cleo, 'admin')).toEqual({ view: first.view, created: false });
    const changed = await invite(anna, cleo, 'admin');
    expect(changed).toEqual({ view: { ...first.view, role: 'admin', member_count: 4 }, created: false });
    expect(await pending(cleo)).toEqual([changed.view]);
    expect(told().map(([, event]) => event)).toHaveLength(2);
  });

  it('is one invitation when several invite at the same moment', async () => {
    const { invite, pending, told } = inviteWorld();
    const all = await Promise.all([invite(anna, cleo), invite(ben, cleo), invite(anna, cleo)]);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect(await pending(cleo)).toHaveLength(1);
    expect(told()).toHaveLength(1);
  });

  it('is for those whose role has it, and admins let nobody in as admin', async () => {
    const { invite, pending } = inviteWorld();
    await expect(invite(userId('plain'), cleo)).rejects.toMatchObject(refusal('conversation.forbidden'));
    await expect(invite(stranger, cleo)).rejects.toMatchObject(refusal('conversation.not_found'));
    await expect(invite(ben, cleo, 'admin')).rejects.toMatchObject(refusal('conversation.forbidden'));
    await expect(invite(anna, cleo, 'member', convoId('none'))).rejects.toMatchObject(
      refusal('conversation.not_found'),
    );
    expect(await pending(cleo)).toEqual([]);
    expect(await invite(ben, cleo)).toMatchObject({ created: true });
  });

  it('is not for direct or archived conversations', async () => {
    const archived = inviteWorld({ archivedAt: '2026-03-01T12:00:00.000Z' });
    await expect(archived.invite(anna, cleo)).rejects.toMatchObject(refusal('conversation.archived'));
    const direct = inviteWorld({ type: 'direct' });
    await expect(direct.invite(anna, cleo)).rejects.toMatchObject(refusal('conversation.direct'));
  });

  it('refuses whoever is in it, oneself included', async () => {
    const { invite } = inviteWorld();
    for (const member of [anna, ben])
      await expect(invite(anna, member)).rejects.toMatchObject({
        code: 'request.invalid',
        message: 'user_id: is in it already',
      });
  });

  it('tells missing, erased and blocked people and bots from each other as little as from nobody', async () => {
    const { invite, users, blocks } = inviteWorld();
    users.put(aProfile('bot', { botOf: anna }));
    await users.erase(aProfile('dora'), '2026-03-01T12:00:00.000Z');
    await blocks.put(cleo, anna, '2026-03-01T12:00:00.000Z');
    await blocks.put(anna, stranger, '2026-03-01T12:00:00.000Z');
    for (const nobody of [userId('missing'), userId('dora'), cleo, stranger, bot])
      await expect(invite(anna, nobody)).rejects.toMatchObject({
        code: 'user.not_found',
        message: 'No such person',
      });
  });

  it('refuses whoever is banned', async () => {
    const { invite, ban } = inviteWorld();
    ban(cleo);
    await expect(invite(anna, cleo)).rejects.toMatchObject(refusal('conversation.banned'));
  });

  it('ends at so many open ones; those that mean nothing any more make room', async () => {
    const { invite, addPerson, addMember, conversations } = inviteWorld();
    const crowd = Array.from({ length: limits.invitesPerConversationMax }, (_, index) => `p${index}x`);
    for (const name of crowd) addPerson(name);
    for (const name of crowd.slice(0, -1)) await invite(anna, userId(name));
    await invite(ben, userId(crowd.at(-1) ?? ''));
    await expect(invite(anna, cleo)).rejects.toMatchObject(refusal('invite.limit_reached'));
    expect(await invite(anna, userId('p0x'))).toMatchObject({ created: false });
    conversations.standingsByKey.delete(`${ben} ${team}`);
    expect(await invite(anna, cleo)).toMatchObject({ created: true });
    addMember(ben, 'admin');
  });
});

describe('an open invitation', () => {
  it('ends when whoever made it may not invite any more', async () => {
    const { invite, pending, accept, list, addMember } = inviteWorld();
    await invite(ben, cleo);
    addMember(ben, 'member');
    expect(await pending(cleo)).toEqual([]);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
    expect(await invite(anna, cleo)).toMatchObject({
      created: true,
      view: { invited_by: { user_id: anna } },
    });
    expect(await list(anna)).toHaveLength(1);
  });

  it('as admin ends when whoever made it is no owner any more', async () => {
    const { invite, pending, accept, addMember } = inviteWorld();
    await invite(anna, cleo, 'admin');
    addMember(anna, 'admin');
    expect(await pending(cleo)).toEqual([]);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
  });

  it('is hidden from whoever blocks the one who made it', async () => {
    const { invite, pending, accept, blocks } = inviteWorld();
    await invite(anna, cleo);
    await blocks.put(cleo, anna, '2026-03-01T12:00:00.000Z');
    expect(await pending(cleo)).toEqual([]);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
  });

  it('sleeps while the conversation is archived', async () => {
    const { invite, pending, accept, archive } = inviteWorld();
    await invite(anna, cleo);
    archive('2026-03-01T12:00:00.000Z');
    expect(await pending(cleo)).toEqual([]);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
    archive(undefined);
    expect(await pending(cleo)).toHaveLength(1);
    expect(await accept(cleo)).toMatchObject({ invite: { userId: cleo } });
  });

  it('is shown to those who may invite, with the others of the conversation', async () => {
    const { invite, list, decline } = inviteWorld();
    await invite(anna, cleo);
    await invite(ben, stranger);
    await decline(stranger);
    for (const inviter of [anna, ben]) expect(await list(inviter)).toMatchObject([{ user_id: cleo }]);
    await expect(list(userId('plain'))).rejects.toMatchObject(refusal('conversation.forbidden'));
    await expect(list(stranger)).rejects.toMatchObject(refusal('conversation.not_found'));
  });
});

describe('an invitation that means nothing any more', () => {
  it('is forgotten when the others are looked at', async () => {
    const { invite, list, users, invites, decline, clock } = inviteWorld();
    await invite(anna, userId('dora'));
    await users.erase(aProfile('dora'), '2026-03-01T12:00:00.000Z');
    await invite(anna, stranger);
    await decline(stranger);
    await invite(anna, cleo);
    expect(await list(anna)).toMatchObject([{ user_id: cleo }]);
    expect((await invites.listOf(team)).map(({ userId: id }) => id).sort()).toEqual([cleo, stranger].sort());
    clock.advance(limits.inviteDeclinedSeconds * 1_000);
    await list(anna);
    expect(await invites.listOf(team)).toMatchObject([{ userId: cleo }]);
  });
});

describe('withdrawInvite', () => {
  it('takes it back, tells the person, and is harmless to repeat', async () => {
    const { invite, withdraw, told, pending, accept } = inviteWorld();
    await invite(anna, cleo);
    await withdraw(ben, cleo);
    await withdraw(ben, cleo);
    expect(await pending(cleo)).toEqual([]);
    expect(statesIn(told())).toEqual(['pending', 'withdrawn']);
    await expect(accept(cleo)).rejects.toMatchObject(refusal('invite.not_found'));
    await expect(withdraw(userId('plain'), cleo)).rejects.toMatchObject(refusal('conversation.forbidden'));
    await expect(withdraw(stranger, cleo)).rejects.toMatchObject(refusal('conversation.not_found'));
  });

  it('does not make a declined one askable again', async () => {
    const { invite, withdraw, decline } = inviteWorld();
    await invite(anna, cleo);
    await decline(cleo);
    await withdraw(anna, cleo);
    await expect(invite(anna, cleo)).rejects.toMatchObject(refusal('invite.declined'));
  });
});
