/**
 * An owner, who reads the mailbox, and an attacker, who does not, do what they like in any order and at once. The attacker
 * may name the owner's address first, and set password, number and second factor; the owner proves the address at any time.
 */
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { SecondFactorRequired, TokensResponse } from '../../events/account-contracts.ts';
import { type AccountWorld, accountWorld } from '../../test/support/account-world.ts';
import { emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import { AppError } from '../errors.ts';
import type { Identity } from './access-token.ts';
import type { Address } from './account-store.ts';

vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'));

const wanted = emailOf('wanted');

interface Person {
  readonly name: 'owner' | 'attacker';
  readonly mailboxes: readonly Address[];
  readonly passwords: readonly string[];
  readonly sessions: Identity[];
  readonly challenges: string[];
}

const owner = (): Person => ({
  name: 'owner',
  mailboxes: [wanted, emailOf('owner-elsewhere'), phoneOf('111111')],
  passwords: ['the owner knows this', 'the owner knows that'],
  sessions: [],
  challenges: [],
});
const attacker = (): Person => ({
  name: 'attacker',
  mailboxes: [emailOf('attacker'), phoneOf('666666')],
  passwords: ['the attacker knows this', 'the attacker knows that'],
  sessions: [],
  challenges: [],
});

const pick = <T>(all: readonly T[], at: number): T | undefined => all[at % Math.max(1, all.length)];
let handles = 0;

async function keep(world: AccountWorld, person: Person, outcome: TokensResponse | SecondFactorRequired) {
  if ('challenge_id' in outcome) person.challenges.push(outcome.challenge_id);
  else person.sessions.push(await world.whoIs(outcome.access_token));
}

/** What the person reads, or else a guess; the newest message may be about another request. */
function codeFor(world: AccountWorld, person: Person, to: Address): string {
  if (!person.mailboxes.includes(to)) return '123456';
  try {
    return world.read(to);
  } catch {
    return '123456';
  }
}

type Step = (world: AccountWorld, person: Person, choice: number) => Promise<void>;

const steps: Record<string, Step> = {
  async register(world, person, choice) {
    handles += 1;
    const password = pick(person.passwords, choice) ?? '';
    const tokens = await world.signUp(`${person.name}${handles}`, { email: wanted.address, password });
    person.sessions.push(tokens.identity);
  },
  async logIn(world, person, choice) {
    await keep(world, person, await world.logIn(wanted.address, pick(person.passwords, choice)));
  },
  async logInByCode(world, person, choice) {
    const to = pick([wanted, wanted, ...person.mailboxes], choice) ?? wanted;
    const request = await world.ask('login', to);
    await keep(world, person, await world.logInByCode({ ...request, code: codeFor(world, person, to) }));
  },
  async reset(world, person, choice) {
    const to = pick([wanted, ...person.mailboxes], choice) ?? wanted;
    const newPassword = pick(person.passwords, choice) ?? '';
    const request = await world.ask('reset', to);
    await world.resetPassword({ ...request, code: codeFor(world, person, to), newPassword });
  },
  async change(world, person, choice) {
    const session = pick(person.sessions, choice);
    const [current_password = '', new_password = ''] =
      choice % 2 ? person.passwords : [...person.passwords].reverse();
    if (session) await world.changePassword(session, { current_password, new_password });
  },
  async setFirstPassword(world, person, choice) {
    const session = pick(person.sessions, choice);
    if (session) await world.changePassword(session, { new_password: pick(person.passwords, choice) ?? '' });
  },
  async verify(world, person, choice) {
    const session = pick(person.sessions, choice);
    const to = pick([wanted, ...person.mailboxes], choice) ?? wanted;
    if (!session) return;
    const request = await world.ask('verify', to, session.userId);
    await world.verify(session, { ...request, code: codeFor(world, person, to) });
  },
  async setFactor(world, person, choice) {
    const session = pick(person.sessions, choice);
    if (session && (await world.sessions.isLive(session)))
      world.factors.set(session.userId, `factor of the ${person.name}`);
  },
  async answerFactor(world, person, choice) {
    const challenge = pick(person.challenges, choice);
    if (challenge)
      await keep(world, person, await world.answerFactor(challenge, `factor of the ${person.name}`));
  },
};

const step = fc.record({
  byOwner: fc.boolean(),
  what: fc.constantFrom(...Object.keys(steps)),
  choice: fc.nat({ max: 11 }),
});
/** Rounds one after the other; the steps of a round all at once. */
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 14 });

async function play(rounds: readonly (readonly { byOwner: boolean; what: string; choice: number }[])[]) {
  const world = await accountWorld();
  const people = { owner: owner(), attacker: attacker() };
  for (const round of rounds) {
    world.clock.advance(20 * 60_000);
    await Promise.all(
      round.map(async ({ byOwner, what, choice }) => {
        try {
          await steps[what]?.(world, byOwner ? people.owner : people.attacker, choice);
        } catch (error) {
          // A refusal is an answer; anything else is a fault of ours.
          if (!(error instanceof AppError)) throw error;
        }
      }),
    );
    await nothingIsTheAttackers(world, people.attacker);
  }
  return { world, ...people };
}

/** Of an account whose address is proven, nothing that the attacker has opens it. */
async function nothingIsTheAttackers(world: AccountWorld, person: Person) {
  const holder = await world.accounts.holder(wanted);
  if (!holder?.verified) return;
  const own = person.sessions.filter(({ userId }) => userId === holder.userId);
  expect(await Promise.all(own.map((session) => world.sessions.isLive(session)))).toEqual(
    own.map(() => false),
  );
  expect(person.passwords.map((password) => `hash of ${password}`)).not.toContain(holder.passwordHash);
  expect(world.factors.get(holder.userId)).not.toBe('factor of the attacker');
  for (const mailbox of person.mailboxes)
    expect((await world.accounts.holder(mailbox))?.userId).not.toBe(holder.userId);
}

/** By the mailbox alone, and the second factor that they set themselves. */
async function ownerGetsIn(world: AccountWorld, person: Person) {
  if (!(await world.accounts.holder(wanted))) await steps.register?.(world, person, 0);
  const request = await world.ask('login', wanted);
  const outcome = await world.logInByCode({ ...request, code: world.read(wanted) });
  const tokens =
    'challenge_id' in outcome
      ? await world.answerFactor(outcome.challenge_id, 'factor of the owner')
      : outcome;
  expect(await world.sessions.isLive(await world.whoIs(tokens.access_token))).toBe(true);
  expect(tokens.user).toMatchObject({ email: wanted.address, email_verified: true });
}

it('an account whose address is proven is its owner’s alone, and they always get in', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (rounds) => {
      const { world, owner: person, attacker: other } = await play(rounds);
      await ownerGetsIn(world, person);
      await nothingIsTheAttackers(world, other);
    }),
    { seed: 20_260_301, numRuns: 400 },
  );
});

it('a control: without the swap on proof, the attacker would stay', async () => {
  const world = await accountWorld();
  const person = attacker();
  await steps.register?.(world, person, 0);
  const [session] = person.sessions;
  // What a proof must never do: mark the address as proven, and leave everything else as it is.
  if (session) await world.accounts.verify(session, wanted);
  await expect(nothingIsTheAttackers(world, person)).rejects.toThrow();
});
