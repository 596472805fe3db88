import { describe, expect, it } from 'vitest';
import { anna, cleo, startMs, userId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { aLink, asOwner, inviteSetup, inviteStores, nowSeconds } from '../../test/support/invite-stores.ts';
import { isoTime } from '../clock.ts';
import type { Draft } from '../conversations/change-conversation.ts';
import { sha256 } from '../ids.ts';

const database = testDatabase();
const stores = inviteStores(database);

describe.each(Object.entries(stores))('what lets people in, on %s,', (_, open) => {
  const setup = () => inviteSetup(open());

  describe('with a membership change', () => {
    const coming = (user: string, entrance: Draft['entrance']): Draft => ({
      line: { actorId: user, system: { code: 'member.joined', params: { user_id: user } } },
      joined: [{ userId: user, role: 'member' }],
      ...(entrance && { entrance }),
    });
    const usedUp = { code: 'invite.not_found' };

    it('uses up an invitation in the transaction of the coming in', async () => {
      const { invites, convoId, anInvite, put, change, conversations } = await setup();
      await put(anInvite());
      await change(coming(cleo, { kind: 'invite', userId: cleo, role: 'member' }));
      expect(await invites.get(convoId, cleo)).toBeUndefined();
      expect((await invites.pendingOf(cleo)).filter((one) => one.convoId === convoId)).toEqual([]);
      expect(await conversations.membership(cleo, convoId)).toMatchObject({ role: 'member' });
    });

    it.each(['none', 'declined', 'of another role'] as const)(
      'lets nobody in by an invitation that is %s',
      async (kind) => {
        const { invites, convoId, anInvite, put, change, conversations } = await setup();
        const invite = anInvite({ role: kind === 'of another role' ? 'admin' : 'member' });
        if (kind !== 'none') await put(invite);
        if (kind === 'declined') await invites.decline(invite, 5);
        await expect(
          change(coming(cleo, { kind: 'invite', userId: cleo, role: 'member' })),
        ).rejects.toMatchObject(usedUp);
        expect(await conversations.membership(cleo, convoId)).toBeUndefined();
        expect(await conversations.get(convoId)).toMatchObject({ seq: 0, memberCount: 2 });
      },
    );

    it('counts the uses of a link, and ends at the last one', async () => {
      const { invites, convoId, change, conversations } = await setup();
      const link = aLink(convoId, { maxUses: 2 });
      const { linkId } = link;
      expect(await invites.putLink(link, asOwner)).toBe(true);
      const people = [userId('one'), userId('two'), userId('three')];
      const enter = (user: string) => change(coming(user, { kind: 'link', linkId, nowSeconds }));
      await enter(userId('one'));
      expect(await invites.link(link.tokenHash)).toEqual({ ...link, uses: 1 });
      await enter(userId('two'));
      await expect(enter(userId('three'))).rejects.toMatchObject(usedUp);
      expect(await conversations.membershipsIn(convoId, people)).toHaveLength(2);
    });

    it('lets exactly one of those in who race for the last use', async () => {
      const { invites, convoId, change, conversations } = await setup();
      const link = aLink(convoId, { maxUses: 1 });
      const { linkId } = link;
      await invites.putLink(link, asOwner);
      const people = Array.from({ length: 4 }, (_unused, index) => userId(`racer${index}`));
      const outcomes = await Promise.allSettled(
        people.map((user) => change(coming(user, { kind: 'link', linkId, nowSeconds }))),
      );
      const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
      expect(refusals).toEqual(['invite.not_found', 'invite.not_found', 'invite.not_found']);
      expect(await conversations.membershipsIn(convoId, people)).toHaveLength(1);
      expect(await invites.link(link.tokenHash)).toMatchObject({ uses: 1 });
    });

    it('lets nobody in by a link that has expired, to the second', async () => {
      const { invites, convoId, change } = await setup();
      const link = aLink(convoId);
      const { linkId, expiresAt } = link;
      await invites.putLink(link, asOwner);
      const late = { kind: 'link' as const, linkId, nowSeconds: expiresAt };
      await expect(change(coming(cleo, late))).rejects.toMatchObject(usedUp);
      await change(coming(cleo, { ...late, nowSeconds: expiresAt - 1 }));
    });
  });

  it('finds a link by what is kept of its token, until it is removed', async () => {
    const { invites, convoId } = await setup();
    const link = aLink(convoId, { maxUses: 7, role: 'admin' });
    expect(await invites.putLink(link, asOwner)).toBe(true);
    expect(await invites.link(link.tokenHash)).toEqual(link);
    expect(await invites.links(convoId)).toEqual([link]);
    expect(await invites.link(sha256('another'))).toBeUndefined();
    await invites.removeLink(convoId, link.linkId);
    await invites.removeLink(convoId, link.linkId);
    expect(await invites.link(link.tokenHash)).toBeUndefined();
    expect(await invites.links(convoId)).toEqual([]);
  });

  it('keeps no link of a creator who is not what they were', async () => {
    const { invites, convoId } = await setup();
    const link = aLink(convoId);
    expect(await invites.putLink(link, { userId: anna, role: 'admin' })).toBe(false);
    expect(await invites.putLink(link, { userId: cleo, role: 'owner' })).toBe(false);
    expect(await invites.link(link.tokenHash)).toBeUndefined();
  });
});

describe('in DynamoDB', () => {
  it.each(['comes in another way', 'is banned'])('ends the invitation of whoever %s', async (how) => {
    const { invites, convoId, anInvite, put, change } = await inviteSetup(stores.DynamoDB());
    await put(anInvite());
    await change(
      how === 'is banned'
        ? { banned: { userId: cleo, bannedBy: anna, createdAt: isoTime(startMs) } }
        : { joined: [{ userId: cleo, role: 'member' }] },
    );
    expect(await invites.get(convoId, cleo)).toBeUndefined();
    expect((await invites.pendingOf(cleo)).filter((one) => one.convoId === convoId)).toEqual([]);
  });
});
