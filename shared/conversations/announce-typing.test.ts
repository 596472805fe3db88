import { describe, expect, it } from 'vitest';
import { anna, ben, convoId, crowd, stranger, userId } from '../../test/support/builders.ts';
import { conversationWithMembers } from '../../test/support/conversation-with-members.ts';
import type { PrivacyAspect } from '../users/user.ts';
import { announceTyping, ofNotTooMany } from './announce-typing.ts';

const team = convoId('team');

function typing(
  action: 'typing.start' | 'typing.stop',
  {
    caller = anna,
    members = [anna, ben],
    hides = [],
    silencedBy,
    ...given
  }: {
    caller?: string;
    members?: readonly string[];
    hides?: readonly PrivacyAspect[];
    silencedBy?: readonly string[];
    archivedAt?: string;
    posting?: 'admins';
  } = {},
) {
  const { conversations, users } = conversationWithMembers({
    members,
    profile: { hides },
    ...(silencedBy && { silencedBy }),
    ...given,
  });
  return announceTyping(caller, { action, convo_id: team }, { conversations, users });
}

describe('announceTyping', () => {
  it('[T1] tells the others who types, and when to stop believing it', async () => {
    expect(await typing('typing.start')).toEqual({
      event: { type: 'typing.start', convo_id: team, user_id: anna, expires_in_ms: 6_000 },
      audience: [ben],
    });
  });

  it('[T1] tells the others that somebody stopped', async () => {
    expect(await typing('typing.stop')).toEqual({
      event: { type: 'typing.stop', convo_id: team, user_id: anna },
      audience: [ben],
    });
  });

  it.each([{ archivedAt: '2026-03-01T12:00:00.000Z' }, { posting: 'admins' as const }])(
    'tells nobody of somebody who may not send there: %o',
    async (given) => {
      expect(await typing('typing.start', given)).toMatchObject({ audience: [] });
    },
  );

  it.each([
    [1, 0],
    [7, 6],
    [100, 99],
    [101, 0],
  ])('[T3] in a conversation of %i tells %i people', async (count, told) => {
    const members = crowd(count);
    const { audience } = await typing('typing.start', { members, caller: userId('p0x') });
    expect(audience).toHaveLength(told);
    expect(audience).not.toContain(userId('p0x'));
  });

  it('[T3] tells nobody where more than 50 of them are connected, with however many devices', () => {
    const connected = (count: number) =>
      crowd(count).flatMap((id) =>
        ['desk', 'phone'].map((device) => ({ userId: id, sessionId: 's', connectionId: `${id}-${device}` })),
      );
    expect(ofNotTooMany(connected(50))).toEqual(connected(50));
    expect(ofNotTooMany(connected(51))).toEqual([]);
  });

  it('[A2] refuses a foreign conversation as not found', async () => {
    await expect(typing('typing.start', { caller: stranger })).rejects.toMatchObject({
      code: 'conversation.not_found',
    });
  });

  it('[T4] tells nobody of who keeps their typing to themselves, and everybody of who hides something else', async () => {
    expect((await typing('typing.start', { hides: ['typing'] })).audience).toEqual([]);
    const others = await typing('typing.start', { hides: ['read_receipts', 'presence'] });
    expect(others.audience).toEqual([ben]);
  });

  it.each([anna, ben])('[B2] tells nothing between two of whom one blocks the other', async (blocker) => {
    expect((await typing('typing.start', { silencedBy: [blocker] })).audience).toEqual([]);
  });
});
