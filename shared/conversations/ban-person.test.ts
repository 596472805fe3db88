import { describe, expect, it } from 'vitest';
import type { BanRequest } from '../../events/membership-contracts.ts';
import { anna, aProfile, ben, cleo, crowd, startMs, stranger, userId } from '../../test/support/builders.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { outcomeOf } from '../../test/support/outcome-of.ts';
import { isoTime } from '../clock.ts';
import { limits } from '../limits.ts';
import { banPerson, liftBan } from './ban-person.ts';
import { banInForce } from './bans.ts';
import { viewBans } from './view-members.ts';

const dora = userId('dora');
const inAnHour = isoTime(startMs + 3_600_000);

function setup(options: Parameters<typeof inMemoryTeam>[0] = {}) {
  const world = inMemoryTeam(options);
  return {
    ...world,
    ban: (caller: string, who: string, request: BanRequest = {}) =>
      outcomeOf(banPerson(caller, { convoId: team, userId: who }, request, world.deps)),
    lift: (caller: string, who: string) =>
      outcomeOf(liftBan(caller, { convoId: team, userId: who }, world.deps)),
    fill: (count: number, until?: string) => {
      for (const who of crowd(count)) {
        const ban = { userId: who, bannedBy: anna, createdAt: '', ...(until !== undefined && { until }) };
        world.changes.bansByKey.set(`${who} ${team}`, ban);
      }
    },
  };
}

describe('banPerson', () => {
  it('takes a member out and keeps them out', async () => {
    const { ban, deps, roster, lines, conversations } = setup();
    expect(await ban(ben, cleo, { reason: 'noise' })).toBe('done');
    expect(await roster()).not.toHaveProperty(cleo);
    expect(lines()).toEqual([{ seq: 1, by: ben, code: 'member.banned', params: { user_id: cleo } }]);
    expect(await conversations.standing(cleo, team)).toMatchObject({ left: { state: 'banned' } });
    expect(await banInForce(team, cleo, deps)).toMatchObject({ bannedBy: ben, reason: 'noise' });
  });

  it('keeps out somebody who is not in it, and writes no line of that', async () => {
    const { ban, deps, lines } = setup();
    expect(await ban(ben, dora)).toBe('done');
    expect(lines()).toEqual([]);
    expect(await banInForce(team, dora, deps)).toMatchObject({ userId: dora });
  });

  it('holds until its time, and is then as if it were none', async () => {
    const { ban, deps, clock } = setup();
    await ban(ben, dora, { until: inAnHour });
    clock.advance(3_599_000);
    expect(await banInForce(team, dora, deps)).toBeDefined();
    expect(await viewBans(anna, team, deps)).toMatchObject({
      bans: [{ person: { handle: 'dora' }, banned_by: ben, until: inAnHour, reason: null }],
    });
    clock.advance(1_000);
    expect(await banInForce(team, dora, deps)).toBeUndefined();
    expect(await viewBans(anna, team, deps)).toEqual({ bans: [] });
  });

  it('changes nothing when it is the same again, and takes another time or reason instead', async () => {
    const { ban, deps } = setup();
    expect([await ban(anna, dora), await ban(ben, dora), await ban(ben, dora, { until: inAnHour })]).toEqual([
      'done',
      'unchanged',
      'done',
    ]);
    expect(await banInForce(team, dora, deps)).toMatchObject({ until: inAnHour });
  });

  it('follows rank, and nobody bans themselves', async () => {
    const { ban } = setup({ roles: { [anna]: 'owner', [ben]: 'admin', [cleo]: 'member', [dora]: 'admin' } });
    expect(await ban(cleo, stranger)).toBe('conversation.forbidden');
    expect(await ban(ben, dora)).toBe('conversation.forbidden');
    expect(await ban(ben, anna)).toBe('conversation.forbidden');
    expect(await ban(anna, anna)).toBe('conversation.forbidden');
    expect(await ban(anna, dora)).toBe('done');
    expect(await ban(stranger, cleo)).toBe('conversation.not_found');
    expect(await setup({ conversation: { type: 'direct' } }).ban(anna, ben)).toBe('conversation.direct');
  });

  it('takes no time that is over and nobody who is not there', async () => {
    const { ban, users } = setup();
    users.put(aProfile('ghost', { deletedAt: inAnHour }));
    expect(await ban(anna, dora, { until: isoTime(startMs) })).toBe('request.invalid');
    expect(await ban(anna, userId('nobody'))).toBe('user.not_found');
    expect(await ban(anna, userId('ghost'))).toBe('user.not_found');
  });

  it('keeps 500 bans, and gives the place of one that is over to a new one', async () => {
    const { ban, fill, changes } = setup();
    fill(limits.bansMax);
    expect(await ban(anna, dora)).toBe('ban.limit_reached');
    fill(1, isoTime(startMs - 1));
    expect(await ban(anna, dora)).toBe('done');
    expect(await changes.bans(team)).toHaveLength(limits.bansMax);
    expect(await ban(anna, dora, { reason: 'noise' })).toBe('done');
  });
});

describe('liftBan', () => {
  it('lets somebody in again, once, and may be asked for by whoever may ban', async () => {
    const { ban, lift, deps } = setup();
    await ban(anna, dora);
    expect(await lift(cleo, dora)).toBe('conversation.forbidden');
    expect(await lift(stranger, dora)).toBe('conversation.not_found');
    expect([await lift(ben, dora), await lift(ben, dora)]).toEqual(['done', 'unchanged']);
    expect(await banInForce(team, dora, deps)).toBeUndefined();
  });
});

describe('viewBans', () => {
  it('is for whoever may ban', async () => {
    const { deps } = setup();
    await expect(viewBans(cleo, team, deps)).rejects.toMatchObject({ code: 'conversation.forbidden' });
    await expect(viewBans(stranger, team, deps)).rejects.toMatchObject({ code: 'conversation.not_found' });
    await expect(viewBans(anna, 'c_nowhere', deps)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });
});
