/** The second factor against everything that guesses, replays and races (traps Z9). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anna } from '../../test/support/builders.ts';
import {
  authenticatorApp,
  inMemorySecondFactors,
  secondFactorsUnderTest,
  stepMs,
} from '../../test/support/in-memory-second-factors.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { verifySecondFactor } from './verify-second-factor.ts';

/** Failures that are never held against anybody: what is left must hold by itself. */
const forgiving = { attempt: async () => undefined, succeeded: async () => undefined };

type World = ReturnType<typeof secondFactorsUnderTest>;

async function isLetIn(world: World, challengeId: string, code: string): Promise<boolean> {
  try {
    const proven = await verifySecondFactor({ challengeId, code }, { ...world.deps, failures: forgiving });
    expect(proven.userId).toBe(anna);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'auth.code_invalid') return false;
    throw error;
  }
}

const which = fc.nat({ max: 9 });
const ahead = fc.integer({ min: -2, max: 2 });
const aCode = fc.oneof(
  { weight: 4, arbitrary: fc.record({ of: fc.constant('app' as const), ahead }) },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('list' as const), which }) },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('former' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ of: fc.constant('guess' as const), text: fc.string({ maxLength: 32 }) }),
  },
);
type Code = typeof aCode extends fc.Arbitrary<infer C> ? C : never;
const aStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('ask' as const) }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('answer' as const), which, code: aCode }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 29, 30, 61, 300),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('renew' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('replace' as const) }) },
);
type Step = typeof aStep extends fc.Arbitrary<infer S> ? S : never;

interface Asked {
  readonly id: string;
  readonly atMs: number;
  tries: number;
  answered: boolean;
}

/** What must happen, said without hashes, rows and seals. */
async function model() {
  const world = secondFactorsUnderTest();
  const asked: Asked[] = [];
  const former: string[] = [];
  let enrolled = await world.enrol();
  let left = new Set(enrolled.recoveryCodes);
  let lastStep = 0;
  const reached = { app: 0, list: 0, replays: 0, dead: 0 };

  function text(code: Code): string {
    if (code.of === 'app') return enrolled.app.code(code.ahead);
    if (code.of === 'list') return enrolled.recoveryCodes[code.which] ?? '';
    return code.of === 'former' ? (former.at(-1 - code.which) ?? 'none yet') : code.text;
  }

  /** The step that a code belongs to, or a code of the list that is left; by what the app and the list say. */
  function uses(code: string): { step: number } | { listed: string } | undefined {
    const near = [1, 0, -1].find((one) => enrolled.app.code(one) === code.trim());
    if (near !== undefined) {
      const step = Math.floor(world.clock.now() / stepMs) + near;
      return step > lastStep ? { step } : undefined;
    }
    return left.has(code) ? { listed: code } : undefined;
  }

  async function answer(challenge: Asked, code: string): Promise<void> {
    const isOver = world.clock.now() >= challenge.atMs + limits.secondFactorTtlSeconds * 1_000;
    const isOpen = !isOver && !challenge.answered && challenge.tries < limits.codeTriesMax;
    const use = uses(code);
    expect(await isLetIn(world, challenge.id, code)).toBe(isOpen && use !== undefined);
    if (!isOpen && use) reached.dead += 1;
    if (isOpen && !use && former.includes(code)) reached.replays += 1;
    if (!isOpen) return;
    challenge.tries += 1;
    if (!use) return;
    challenge.answered = true;
    former.push(code);
    if ('step' in use) lastStep = use.step;
    else left.delete(use.listed);
    reached['step' in use ? 'app' : 'list'] += 1;
  }

  async function run(step: Step): Promise<void> {
    if (step.does === 'wait') world.clock.advance(step.seconds * 1_000);
    if (step.does === 'ask')
      asked.push({ id: await world.challengeId(), atMs: world.clock.now(), tries: 0, answered: false });
    if (step.does === 'renew') {
      enrolled = { ...enrolled, recoveryCodes: await world.renew() };
      left = new Set(enrolled.recoveryCodes);
    }
    if (step.does === 'replace') {
      await world.remove();
      enrolled = await world.enrol();
      left = new Set(enrolled.recoveryCodes);
      lastStep = Math.floor(world.clock.now() / stepMs) - 2;
    }
    const challenge = step.does === 'answer' ? asked.at(-1 - step.which) : undefined;
    if (step.does === 'answer' && challenge) await answer(challenge, text(step.code));
    expect(await world.view()).toMatchObject({ enabled: true, recovery_codes_left: left.size });
  }
  return { run, reached };
}

describe('the second factor against guesses and replays', () => {
  it('ASVS 6.5.1, 6.6.3: lets in who has a fresh code and an open challenge, and nobody else', async () => {
    const total = { app: 0, list: 0, replays: 0, dead: 0 };
    const steps = fc.array(aStep, { minLength: 10, maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const { run, reached } = await model();
        for (const one of given) await run(one);
        for (const key of ['app', 'list', 'replays', 'dead'] as const) total[key] += reached[key];
      }),
      { seed: 6501, numRuns: 200 },
    );
    for (const times of Object.values(total)) expect(times).toBeGreaterThan(50);
  });
});

describe('the second factor against races', () => {
  const code = fc.oneof(
    fc.constantFrom(-1, 0, 1).map((one) => ({ of: 'app' as const, ahead: one })),
    fc.nat({ max: 2 }).map((index) => ({ of: 'list' as const, which: index })),
    fc.constant({ of: 'guess' as const }),
  );
  const attempts = fc.array(fc.record({ challenge: fc.nat({ max: 3 }), code }), {
    minLength: 2,
    maxLength: 7,
  });

  async function race(
    scheduler: fc.Scheduler,
    given: readonly { challenge: number; code: { of: string; ahead?: number; which?: number } }[],
    isShared: boolean,
  ) {
    let raced = false;
    const pause = () => (raced ? scheduler.schedule(Promise.resolve()) : Promise.resolve());
    const world = secondFactorsUnderTest({ factors: inMemorySecondFactors(pause) });
    const { secret, recoveryCodes } = await world.enrol();
    const app = authenticatorApp(secret, world.clock);
    const challenges = await Promise.all(Array.from({ length: 8 }, () => world.challengeId()));
    const calls = given.map((one, index) => ({
      challenge: challenges[isShared ? one.challenge : index] ?? '',
      ahead: one.code.ahead,
      text:
        one.code.ahead === undefined
          ? (recoveryCodes[one.code.which ?? -1] ?? 'wrong')
          : app.code(one.code.ahead),
    }));
    raced = true;
    const outcomes = Promise.all(calls.map(({ challenge, text }) => isLetIn(world, challenge, text)));
    const results = await scheduler.waitFor(outcomes);
    raced = false;
    const winners = calls.filter((_, index) => results[index]);
    return { world, calls, winners, recoveryCodes };
  }

  it('ASVS 6.5.1: use each code and each challenge at most once, and nothing without letting somebody in', async () => {
    let contested = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), attempts, async (scheduler, given) => {
        const { world, calls, winners, recoveryCodes } = await race(scheduler, given, true);
        expect(new Set(winners.map(({ text }) => text)).size).toBe(winners.length);
        expect(new Set(winners.map(({ challenge }) => challenge)).size).toBe(winners.length);
        expect(winners.every(({ text }) => text !== 'wrong')).toBe(true);
        if (winners.length < calls.filter(({ text }) => text !== 'wrong').length) contested += 1;

        const kept = await world.factors.get(anna);
        if (kept?.status !== 'active') throw new Error('it is there');
        const used = winners.filter(({ text }) => recoveryCodes.includes(text));
        expect(kept.recovery.size).toBe(limits.recoveryCodes - used.length);
        const present = Math.floor(world.clock.now() / stepMs);
        const steps = winners.flatMap((call) => (call.ahead === undefined ? [] : [present + call.ahead]));
        // The code of the enrolment was two steps ago.
        expect(kept.lastStep).toBe(Math.max(present - 2, ...steps));
      }),
      { seed: 6502, numRuns: 300 },
    );
    expect(contested).toBeGreaterThan(50);
  });

  it('let everybody in who brings a good code of their own, to a challenge of their own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), attempts, async (scheduler, given) => {
        const { calls, winners, recoveryCodes } = await race(scheduler, given, false);
        const listed = new Set(calls.map(({ text }) => text).filter((text) => recoveryCodes.includes(text)));
        expect(
          new Set(winners.map(({ text }) => text).filter((text) => recoveryCodes.includes(text))),
        ).toEqual(listed);
        const newest = Math.max(...calls.map((call) => call.ahead ?? Number.NEGATIVE_INFINITY));
        expect(winners.filter((call) => call.ahead === newest)).toHaveLength(Number.isFinite(newest) ? 1 : 0);
      }),
      { seed: 6503, numRuns: 200 },
    );
  });
});
