import { describe, expect, it } from 'vitest';
import { aConversation, anna, ben, cleo, startMs, stranger, userId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { asOwner, inviteIds as ids, inviteSetup, inviteStores } from '../../test/support/invite-stores.ts';
import { isoTime } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Invite } from './invite-store.ts';

const database = testDatabase();
const stores = inviteStores(database);

describe.each(Object.entries(stores))('the invite store on %s', (_, open) => {
  const setup = () => inviteSetup(open());

  it('finds an invitation from both of its sides', async () => {
    const { invites, convoId, anInvite, put } = await setup();
    const invited = userId(`invited${ids.user().slice(-6)}`);
    const invite = anInvite({ userId: invited, role: 'admin' });
    expect(await put(invite)).toBe('written');
    expect(await invites.get(convoId, invited)).toEqual(invite);
    expect(await invites.listOf(convoId)).toEqual([invite]);
    expect(await invites.pendingOf(invited)).toEqual([invite]);
    expect(await invites.get(convoId, stranger)).toBeUndefined();
    expect(await invites.listOf(ids.conversation())).toEqual([]);
  });

  it('writes over what was read only', async () => {
    const { invites, convoId, anInvite, put } = await setup();
    const first = anInvite();
    await put(first);
    expect(await put(anInvite({ role: 'admin' }))).toBe('stale');
    expect(await put(anInvite({ role: 'admin' }), anInvite({ invitedBy: ben }))).toBe('stale');
    expect(await invites.get(convoId, cleo)).toEqual(first);
    expect(await put(anInvite({ role: 'admin' }), first)).toBe('written');
    expect(await invites.get(convoId, cleo)).toMatchObject({ role: 'admin' });
  });

  it('lets one of many invitations of the same moment win', async () => {
    const { put, anInvite } = await setup();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => put(anInvite())));
    expect(outcomes.sort()).toEqual(['stale', 'stale', 'stale', 'stale', 'written']);
  });

  it('refuses an inviter who is not what they were', async () => {
    const { invites, anInvite, change, convoId } = await setup();
    const asAdmin = { userId: ben, role: 'admin' } as const;
    expect(await invites.put(anInvite({ invitedBy: ben }), undefined, asAdmin, startMs)).toBe('refused');
    await change({ roles: [asAdmin] });
    expect(await invites.put(anInvite({ invitedBy: ben }), undefined, asAdmin, startMs)).toBe('written');
    await change({ left: [{ userId: ben, state: 'removed' }] });
    const other = anInvite({ invitedBy: ben, userId: stranger });
    expect(await invites.put(other, undefined, asAdmin, startMs)).toBe('refused');
    expect(await invites.get(convoId, stranger)).toBeUndefined();
  });

  it('refuses whoever is in the conversation, and takes whoever left it', async () => {
    const { anInvite, put, change } = await setup();
    const ofBen = anInvite({ userId: ben });
    expect(await put(ofBen)).toBe('refused');
    await change({ left: [{ userId: ben, state: 'left' }] });
    expect(await put(ofBen)).toBe('written');
  });

  it('refuses whoever is banned, as long as they are', async () => {
    const { invites, anInvite, put, change } = await setup();
    const until = isoTime(startMs + 60_000);
    const ban = { bannedBy: anna, createdAt: isoTime(startMs) };
    await change({ banned: { ...ban, userId: cleo, until } });
    await change({ banned: { ...ban, userId: stranger } });
    expect(await put(anInvite())).toBe('refused');
    expect(await put(anInvite({ userId: stranger }))).toBe('refused');
    expect(await invites.put(anInvite(), undefined, asOwner, startMs + 60_000)).toBe('written');
    expect(await invites.put(anInvite({ userId: stranger }), undefined, asOwner, startMs + 60_000)).toBe(
      'refused',
    );
  });

  it('keeps what was declined from being pending, and from being withdrawn', async () => {
    const { invites, convoId, anInvite, put } = await setup();
    const invite = anInvite();
    await put(invite);
    expect(await invites.decline(invite, 4_711)).toBe(true);
    const declined = { ...invite, declinedUntil: 4_711 };
    expect(await invites.get(convoId, cleo)).toEqual(declined);
    expect(await invites.listOf(convoId)).toEqual([declined]);
    expect((await invites.pendingOf(cleo)).filter((one) => one.convoId === convoId)).toEqual([]);
    expect(await invites.decline(invite, 9_999)).toBe(false);
    expect(await invites.withdraw(invite)).toBe(false);
    expect(await put(invite, declined)).toBe('written');
    expect(await invites.get(convoId, cleo)).toEqual(invite);
  });

  it('withdraws the invitation that was read, and no other', async () => {
    const { invites, convoId, anInvite, put } = await setup();
    const invite = anInvite();
    await put(invite);
    expect(await invites.withdraw({ ...invite, role: 'admin' })).toBe(false);
    expect(await invites.withdraw(invite)).toBe(true);
    expect(await invites.withdraw(invite)).toBe(false);
    expect(await invites.get(convoId, cleo)).toBeUndefined();
    expect((await invites.pendingOf(cleo)).filter((one) => one.convoId === convoId)).toEqual([]);
  });

  it('forgets what it is told to if that is still so', async () => {
    const { invites, convoId, anInvite, put } = await setup();
    const [pending, declined] = [anInvite(), anInvite({ userId: stranger })];
    await put(pending);
    await put(declined);
    await invites.decline(declined, 5);
    await invites.forget([{ ...pending, role: 'admin' }, declined]);
    expect(await invites.listOf(convoId)).toHaveLength(2);
    await invites.forget([pending, { ...declined, declinedUntil: 5 }]);
    expect(await invites.listOf(convoId)).toEqual([]);
    expect((await invites.pendingOf(cleo)).filter((one) => one.convoId === convoId)).toEqual([]);
  });

  it('shows a person a bounded number of invitations', async () => {
    const { invites, conversations } = await setup();
    const invited = userId(`popular${ids.user().slice(-6)}`);
    for (let count = 0; count < limits.invitesPerPersonShownMax + 1; count += 1) {
      const convoId = ids.conversation();
      await conversations.create(aConversation({ convoId, members: [anna] }), [
        { convoId, userId: anna, role: 'owner', readSeq: 0 },
      ]);
      const invite: Invite = {
        convoId,
        userId: invited,
        role: 'member',
        invitedBy: anna,
        createdAt: isoTime(startMs),
      };
      expect(await invites.put(invite, undefined, asOwner, startMs)).toBe('written');
    }
    expect(await invites.pendingOf(invited)).toHaveLength(limits.invitesPerPersonShownMax);
  });
});
