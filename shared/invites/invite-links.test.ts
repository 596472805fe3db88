import { describe, expect, it } from 'vitest';
import { anna, ben, cleo, convoId, startMs, stranger, userId } from '../../test/support/builders.ts';
import { inviteWorld, team } from '../../test/support/invite-world.ts';
import { isoTime } from '../clock.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { acceptInviteLink, previewInviteLink } from './follow-link.ts';
import { listInviteLinks, makeInviteLink, removeInviteLink } from './invite-links.ts';

const refusal = (code: string) => ({ code });
const gone = { code: 'invite.not_found', message: 'No such invitation' };

function setup(...given: Parameters<typeof inviteWorld>) {
  const world = inviteWorld(...given);
  const { deps } = world;
  const request = { role: 'member', expires_in_seconds: 60 } as const;
  return {
    ...world,
    make: (maker = anna, more: { role?: 'admin'; max_uses?: number | null } = {}, to = team) =>
      makeInviteLink(maker, to, { ...request, ...more }, deps),
    preview: (token: string) => previewInviteLink(token, deps),
    enter: (user: string, token: string) => acceptInviteLink(user, token, deps),
    links: (reader = anna) => listInviteLinks(reader, team, deps),
    revoke: (linkId: string, actor = anna) => removeInviteLink(actor, team, linkId, deps),
  };
}

describe('makeInviteLink', () => {
  it('shows the token once, and keeps only its hash', async () => {
    const { make, invites, links } = setup();
    const { link, token } = await make(anna, { role: 'admin', max_uses: 3 });
    expect(link).toEqual({
      link_id: expect.stringMatching(/^l_[0-9a-f]{26}$/),
      role: 'admin',
      uses: 0,
      max_uses: 3,
      expires_at: isoTime(startMs + 60_000),
      created_by: anna,
      created_at: isoTime(startMs),
    });
    expect(await links(ben)).toEqual([link]);
    const kept = JSON.stringify([...invites.linksByHash]);
    expect(kept).toContain(sha256(token));
    expect(kept).not.toContain(token);
    expect(JSON.stringify(await links())).not.toContain(token);
  });

  it('is for those who may invite, and for owners to let admins in', async () => {
    const { make, links, revoke } = setup();
    await expect(make(userId('plain'))).rejects.toMatchObject(refusal('conversation.forbidden'));
    await expect(make(stranger)).rejects.toMatchObject(refusal('conversation.not_found'));
    await expect(make(ben, { role: 'admin' })).rejects.toMatchObject(refusal('conversation.forbidden'));
    await expect(make(anna, {}, convoId('none'))).rejects.toMatchObject(refusal('conversation.not_found'));
    for (const [who, code] of [
      [userId('plain'), 'conversation.forbidden'],
      [stranger, 'conversation.not_found'],
    ] as const) {
      await expect(links(who)).rejects.toMatchObject(refusal(code));
      await expect(revoke('l_x', who)).rejects.toMatchObject(refusal(code));
    }
    const archived = setup({ archivedAt: isoTime(startMs) });
    await expect(archived.make()).rejects.toMatchObject(refusal('conversation.archived'));
    await expect(setup({ type: 'direct' }).make()).rejects.toMatchObject(refusal('conversation.direct'));
  });

  it('ends at twenty that work; those that do not make room', async () => {
    const { make, links, clock, invites } = setup();
    for (let count = 0; count < limits.inviteLinksMax; count += 1) await make();
    await expect(make()).rejects.toMatchObject(refusal('invite.limit_reached'));
    clock.advance(60_000);
    await make();
    expect(await links()).toHaveLength(1);
    expect(invites.linksByHash.size).toBe(1);
  });

  it('lists the latest first', async () => {
    const { make, links, clock } = setup();
    const first = await make();
    clock.advance(1_000);
    const second = await make();
    expect(await links()).toEqual([second.link, first.link]);
  });
});

describe('a link', () => {
  it('tells whoever holds it where it leads', async () => {
    const { make, preview, conversations } = setup({ hasDetails: true });
    conversations.detailsById.set(team, { topic: 'Plans' });
    const { token } = await make();
    expect(await preview(token)).toEqual({
      type: 'group',
      title: 'Team',
      topic: 'Plans',
      member_count: 3,
      role: 'member',
      invited_by: { user_id: anna, handle: 'anna', display_name: 'Anna' },
      expires_at: isoTime(startMs + 60_000),
    });
  });

  it('lets in whoever holds it, in its role, until it is used up', async () => {
    const { make, enter, conversations, links, changes } = setup();
    const { token } = await make(anna, { role: 'admin', max_uses: 2 });
    expect(await enter(cleo, token)).toMatchObject({ convoId: team, changed: { change: {} } });
    expect(await links()).toMatchObject([{ uses: 1 }]);
    await enter(stranger, token);
    expect(await conversations.membership(stranger, team)).toMatchObject({ role: 'admin' });
    await expect(enter(userId('dora'), token)).rejects.toMatchObject(gone);
    expect(changes.lines.map(({ system }) => system?.code)).toEqual(['member.joined', 'member.joined']);
    expect(await links()).toEqual([]);
  });

  it('is not used by whoever is in already, and makes them nothing else', async () => {
    const { make, enter, links, conversations } = setup();
    const { token } = await make(anna, { role: 'admin', max_uses: 1 });
    expect(await enter(userId('plain'), token)).toEqual({ convoId: team, changed: 'unchanged' });
    expect(await links()).toMatchObject([{ uses: 0 }]);
    expect(await conversations.membership(userId('plain'), team)).toMatchObject({ role: 'member' });
    await enter(cleo, token);
    expect(await enter(cleo, token)).toEqual({ convoId: team, changed: 'unchanged' });
  });

  it('is used once when the answer was lost or others are faster', async () => {
    const { make, enter, changes, invites } = setup();
    const { token } = await make(anna, { max_uses: 1 });
    changes.fail('stale', 'timed out after success');
    expect(await enter(cleo, token)).toMatchObject({ changed: 'unchanged' });
    expect(invites.linksByHash.get(sha256(token))).toMatchObject({ uses: 1 });
  });

  it('lets exactly one of those in who race for its last use', async () => {
    const { make, enter, conversations } = setup();
    const { token } = await make(anna, { max_uses: 1 });
    const outcomes = await Promise.allSettled(
      [cleo, stranger, userId('dora')].map((one) => enter(one, token)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await conversations.get(team)).toMatchObject({ memberCount: 4 });
  });

  it('is the same nothing for all reasons why it does not work', async () => {
    const reasons: Record<string, (world: ReturnType<typeof setup>, linkId: string) => unknown> = {
      expired: ({ clock }) => clock.advance(60_000),
      'used up': async ({ enter, invites }) => {
        const [link] = invites.linksByHash.values();
        if (link) invites.linksByHash.set(link.tokenHash, { ...link, uses: 1, maxUses: 1 });
        await expect(enter(stranger, 'other')).rejects.toMatchObject(gone);
      },
      revoked: ({ revoke }, linkId) => revoke(linkId, ben),
      'revoked twice': async ({ revoke }, linkId) => [await revoke(linkId), await revoke(linkId)],
      'of somebody who left': ({ conversations }) => conversations.standingsByKey.delete(`${anna} ${team}`),
      'of somebody who may not invite any more': ({ addMember }) => addMember(anna, 'member'),
      'to an archived conversation': ({ archive }) => archive(isoTime(startMs)),
    };
    for (const [reason, happens] of Object.entries(reasons)) {
      const world = setup();
      const { link, token } = await world.make();
      await world.preview(token);
      await happens(world, link.link_id);
      await expect(world.preview(token), reason).rejects.toMatchObject(gone);
      await expect(world.enter(cleo, token), reason).rejects.toMatchObject(gone);
      expect(await world.conversations.membership(cleo, team), reason).toBeUndefined();
    }
    const { preview, enter } = setup();
    for (const unknown of ['', 'x', 'A'.repeat(43)]) {
      await expect(preview(unknown)).rejects.toMatchObject(gone);
      await expect(enter(cleo, unknown)).rejects.toMatchObject(gone);
    }
  });

  it('for admins ends when its maker may not give that role any more', async () => {
    const { make, preview, addMember } = setup();
    const [asAdmin, asMember] = [await make(anna, { role: 'admin' }), await make()];
    addMember(anna, 'admin');
    await expect(preview(asAdmin.token)).rejects.toMatchObject(gone);
    expect(await preview(asMember.token)).toMatchObject({ role: 'member' });
  });

  it('does not beat a ban', async () => {
    const { make, enter, ban, links } = setup();
    const { token } = await make(anna, { max_uses: 1 });
    ban(cleo);
    await expect(enter(cleo, token)).rejects.toMatchObject(refusal('conversation.banned'));
    expect(await links()).toMatchObject([{ uses: 0 }]);
  });
});
