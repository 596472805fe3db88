/**
 * Codes against everything that guesses, replays, races and redelivers (traps Z9): an oracle that reads the mailboxes says
 * which answers are right, and no other answer ever is.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anna, ben } from '../../test/support/builders.ts';
import {
  type AskedCode,
  codesUnderTest,
  emailOf,
  inMemoryCodeStore,
  phoneOf,
} from '../../test/support/in-memory-codes.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { checkCode } from './check-code.ts';
import { subjectHash } from './code.ts';

const asked: AskedCode[] = [
  { purpose: 'login', to: emailOf('anna'), userId: null },
  { purpose: 'reset', to: emailOf('anna'), userId: null },
  { purpose: 'login', to: phoneOf('345678'), userId: null },
  { purpose: 'login', to: emailOf('nobody'), userId: null },
  { purpose: 'verify', to: emailOf('new'), userId: anna },
  { purpose: 'verify', to: emailOf('new'), userId: ben },
  { purpose: 'verify', to: emailOf('anna'), userId: ben },
];

const which = fc.nat({ max: 30 });
const subject = fc.constantFrom(...asked);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), request: subject }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const), which }) },
  /** Its own subject, challenge and code, perhaps once more, and perhaps replaced or expired by now. */
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reply' as const), which }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      /** The subject that is claimed, and from which request challenge and code are: any mixture of what was ever seen. */
      request: subject,
      challengeOf: which,
      codeOf: fc.option(which, { nil: undefined }),
      guess: fc.oneof(fc.stringMatching(/^\d{6}$/), fc.string({ minLength: 1, maxLength: 8 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 60, limits.codeTtlSeconds),
    }),
  },
);

/** A code that is alive, as its owner and the clock know it. */
interface Alive {
  readonly challengeId: string;
  readonly code: string;
  readonly proves: string;
  readonly requestedAtMs: number;
  triesLeft: number;
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function setup(seed: number) {
  const world = codesUnderTest({ seed });
  world.accounts.hold(emailOf('anna'), anna);
  world.accounts.hold(phoneOf('345678'), anna);
  const requests: { request: AskedCode; asked: Awaited<ReturnType<typeof world.ask>>; code?: string }[] = [];
  const alive = new Map<string, Alive>();
  let successes = 0;

  async function deliver(index: number) {
    const one = requests[index % Math.max(1, requests.length)];
    if (!one) return;
    const outcome = await world.deliver(one.asked.event);
    if (outcome !== 'code_sent' && outcome !== 'notice_sent' && outcome !== 'nobody') return;
    alive.delete(subjectHash(one.request));
    if (outcome !== 'code_sent') return;
    one.code = world.received(one.request.to);
    alive.set(subjectHash(one.request), {
      challengeId: one.asked.challengeId,
      code: one.code,
      proves: one.request.userId ?? anna,
      requestedAtMs: one.asked.event.occurred_at_ms,
      triesLeft: limits.codeTriesMax,
    });
  }

  /** Whom the answer proves by the oracle; it counts the try. */
  function expected(answer: AskedCode & { challengeId: string; code: string }): string | undefined {
    const one = alive.get(subjectHash(answer));
    const isOpen =
      one?.challengeId === answer.challengeId &&
      one.triesLeft > 0 &&
      world.clock.now() < one.requestedAtMs + limits.codeTtlSeconds * 1_000;
    if (!isOpen) return undefined;
    one.triesLeft -= 1;
    if (one.code !== answer.code) return undefined;
    alive.delete(subjectHash(answer));
    return one.proves;
  }

  async function run(one: Step): Promise<void> {
    if (one.do === 'ask') requests.push({ request: one.request, asked: await world.ask(one.request) });
    if (one.do === 'deliver') await deliver(one.which);
    if (one.do === 'wait') world.clock.advance(one.seconds * 1_000);
    const nth = (index: number | undefined) =>
      index === undefined ? undefined : requests[index % Math.max(1, requests.length)];
    if (one.do === 'reply') {
      const given = nth(one.which);
      if (given)
        await tell({ ...given.request, challengeId: given.asked.challengeId, code: given.code ?? 'none' });
    }
    if (one.do === 'answer') {
      const challengeId = nth(one.challengeOf)?.asked.challengeId ?? '';
      await tell({ ...one.request, challengeId, code: nth(one.codeOf)?.code ?? one.guess });
    }
  }

  async function tell(answer: AskedCode & { challengeId: string; code: string }): Promise<void> {
    const right = expected(answer);
    const outcome = await world.check(answer).then(
      ({ userId }) => userId,
      (error: unknown) => error,
    );
    if (right === undefined) expect(outcome).toMatchObject({ code: 'auth.code_invalid' });
    else expect(outcome).toBe(right);
    if (right !== undefined) successes += 1;
  }
  return { run, letIn: () => successes };
}

describe('codes against guesses, replays and redeliveries', () => {
  it('ASVS 6.5.1, 6.6.2, 6.6.3: let in who read the newest code of a request in time, and nobody else', async () => {
    let people = 0;
    const steps = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 1_000 }), async (given, seed) => {
        const { run, letIn } = setup(seed);
        for (const one of given) await run(one);
        people += letIn();
      }),
      { numRuns: 500 },
    );
    // Or nothing was shown: it is about three hundred.
    expect(people).toBeGreaterThan(100);
  });
});

describe('codes against races', () => {
  const request = asked[0] as AskedCode;

  it('ASVS 6.5.1, 6.6.3: let at most one in and look at five at most, in whatever order things happen', async () => {
    const guesses = fc.array(fc.boolean(), { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(guesses, fc.boolean(), fc.scheduler(), async (rights, resends, scheduler) => {
        let raced = false;
        const store = inMemoryCodeStore(() =>
          raced ? scheduler.schedule(Promise.resolve()) : Promise.resolve(),
        );
        let evaluated = 0;
        const codes: typeof store = {
          ...store,
          async attempt(...args) {
            const found = await store.attempt(...args);
            if (found) evaluated += 1;
            return found;
          },
        };
        const world = codesUnderTest({ codes });
        world.accounts.hold(emailOf('anna'), anna);
        const answer = await world.get(request);
        world.clock.advance(1);
        const second = resends ? await world.ask(request) : undefined;
        raced = true;
        const outcomes = rights.map((isRight) =>
          checkCode({ ...answer, code: isRight ? answer.code : 'wrong' }, world).then(
            () => isRight,
            (error: unknown) => {
              if (!(error instanceof AppError)) throw error;
              return false;
            },
          ),
        );
        const delivered = [answer.event, ...(second ? [second.event] : [])].map((event) =>
          world.deliver(event),
        );
        await scheduler.waitFor(Promise.all([...outcomes, ...delivered]));
        const successes = (await Promise.all(outcomes)).filter(Boolean).length;
        expect(successes).toBeLessThanOrEqual(1);
        expect(evaluated).toBeLessThanOrEqual(limits.codeTriesMax);
      }),
      { numRuns: 200 },
    );
  });
});
