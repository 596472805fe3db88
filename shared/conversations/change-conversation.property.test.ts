/** Both writers of a timeline side by side: the processor, and changes of the membership. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../events/server-frames.ts';
import { anIncoming, anna, ben, cleo, instantBackoff, userId } from '../../test/support/builders.ts';
import type { ChangeFault } from '../../test/support/in-memory-conversation-changes.ts';
import { inMemoryTeam, team } from '../../test/support/in-memory-team.ts';
import { AppError } from '../errors.ts';
import { commitMessages } from '../messages/commit-messages.ts';
import { leaveConversation } from './leave-conversation.ts';
import { putMember } from './put-member.ts';
import { removeMember } from './remove-member.ts';
import { cachedRoster } from './roster.ts';
import { updateConversation } from './update-conversation.ts';

const people = [anna, ben, cleo, userId('dora')];
const who = fc.constantFrom(...people);

const request = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), by: who }),
  fc.record({
    kind: fc.constant('put' as const),
    by: who,
    who,
    role: fc.constantFrom<Role | undefined>('owner', 'admin', 'member', undefined),
  }),
  fc.record({ kind: fc.constant('remove' as const), by: who, who }),
  fc.record({ kind: fc.constant('leave' as const), by: who }),
  fc.record({
    kind: fc.constant('rename' as const),
    by: who,
    title: fc.constantFrom('Team', 'Crew', 'Club'),
  }),
  fc.record({ kind: fc.constant('history' as const), by: who, history: fc.constantFrom('all', 'joined') }),
);
type Request = typeof request extends fc.Arbitrary<infer R> ? R : never;
type World = ReturnType<typeof inMemoryTeam>;

const run = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 25, size: 'max' }),
  faults: fc.array(fc.constantFrom<ChangeFault>('stale', 'timed out after success'), { maxLength: 6 }),
});

async function handle(one: Request, index: number, world: World): Promise<void> {
  const deps = { ...world.deps, backoff: instantBackoff(), roster: cachedRoster(world.conversations) };
  switch (one.kind) {
    case 'send':
      return void (await commitMessages(
        team,
        [anIncoming({ sender_id: one.by, client_msg_id: `m${index}` })],
        deps,
      ));
    case 'put':
      return void (await putMember(one.by, { convoId: team, userId: one.who, role: one.role }, deps));
    case 'remove':
      return void (await removeMember(one.by, team, one.who, deps));
    case 'leave':
      return void (await leaveConversation(one.by, team, deps));
    case 'rename':
      return await updateConversation(
        one.by,
        team,
        { title: one.title },
        { ...deps, tell: async () => undefined },
      );
    case 'history':
      return await updateConversation(
        one.by,
        team,
        { history: one.history as 'all' },
        { ...deps, tell: async () => undefined },
      );
  }
}

/** Who was in it when each number was given, as its lines tell. */
function* membersBySeq(world: World): Generator<{ seq: number; members: ReadonlySet<string> }> {
  const members = new Set([anna, ben, cleo]);
  for (const { seq, system } of world.messages.all(team)) {
    yield { seq, members: new Set(members) };
    const about = system?.params.user_id ?? '';
    if (system?.code === 'member.added') members.add(about);
    if (system?.code === 'member.left' || system?.code === 'member.removed') members.delete(about);
  }
}

/** The right answer to many of them; anything else is a fault. */
function refused(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}

async function check(world: World): Promise<void> {
  const all = world.messages.all(team);
  const now = world.now();
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
  expect(now.seq).toBe(all.length);
  for (const { seq, members } of membersBySeq(world)) expect(members).toContain(all[seq - 1]?.senderId);

  const roster = await world.conversations.roster(team);
  expect(now.memberCount).toBe(roster.length);
  expect([...now.shownMembers].sort()).toEqual(roster.map((member) => member.userId).sort());
  if (roster.length > 0) expect(roster.some(({ role }) => role === 'owner')).toBe(true);
  expect(roster.every(({ fromSeq }) => fromSeq === 0) || now.hasNewcomers).toBe(true);
  for (const member of roster) {
    const { fromSeq = 0, role } = (await world.conversations.standing(member.userId, team)) ?? {};
    expect(member).toEqual({ userId: member.userId, role, fromSeq });
  }
}

describe('[P3][P7] whatever comes at the same moment', () => {
  it('makes one timeline without gaps, written by those who were members then, with an owner left', async () => {
    const counts = { lines: 0, messages: 0, left: 0 };
    await fc.assert(
      fc.asyncProperty(run, fc.scheduler(), async ({ requests, faults }, scheduler) => {
        const pause = () => scheduler.schedule(Promise.resolve());
        const world = inMemoryTeam({ pause, faults });
        const handled = requests.map((one, index) => handle(one, index, world).catch(refused));
        await scheduler.waitFor(Promise.all(handled));
        const checked = check(world);
        await scheduler.waitFor(checked);
        counts.lines += world.lines().length;
        counts.messages += world.messages.all(team).length - world.lines().length;
        counts.left += world.lines().filter(({ code }) => code === 'member.left').length;
      }),
      { numRuns: 300, seed: 2011 },
    );
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
  });
});
