import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RefreshWorld, refreshWorld } from '../../test/support/refresh-world.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { parseRefreshToken } from './session.ts';

/** Seconds that matter: within the grace, on its edge, after it; minutes for roots, days for the session itself. */
const pause = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 29, 30, 31, 32) },
  { weight: 2, arbitrary: fc.integer({ min: 60, max: 1_800 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 15 }).map((days) => days * 86_400) },
);
const environment = fc.nat({ max: 1 });
const lost = fc.boolean();

/** One call; undefined when it was refused. Any other error than a refusal is the test's. */
async function tryRefresh(world: RefreshWorld, token: string, where: number): Promise<string | undefined> {
  try {
    const answer = await world.refresh(token, { environment: where });
    const { userId, sessionId } = world.session;
    expect(await world.whoIs(answer.access_token)).toEqual({ userId, sessionId });
    return answer.refresh_token;
  } catch (error) {
    if (error instanceof AppError && error.code === 'auth.refresh_invalid') return undefined;
    throw error;
  }
}

/** What must happen, said without hashes, roots and races: the chain of tokens, and when its last link was made. */
function chainModel(world: RefreshWorld) {
  const chain = [world.first];
  let rotatedAt = Number.NEGATIVE_INFINITY;
  let alive = true;
  let expiresAt = world.session.expiresAt;
  const seconds = () => Math.floor(world.clock.now() / 1_000);
  return {
    chain,
    isAlive: () => alive && seconds() < expiresAt,
    /** Tells whether `answer` is what presenting `token` must give, and takes note of it. */
    accepts(token: string, answer: string | undefined): boolean {
      if (!this.isAlive()) return answer === undefined;
      if (token === chain.at(-1)) {
        if (answer === undefined || chain.includes(answer)) return false;
        chain.push(answer);
        rotatedAt = seconds();
        const { createdAt } = world.session;
        expiresAt = Math.min(
          rotatedAt + limits.refreshTokenIdleSeconds,
          createdAt + limits.sessionMaxSeconds,
        );
        return true;
      }
      if (token === chain.at(-2) && seconds() - rotatedAt <= limits.refreshGraceSeconds) {
        return answer === chain.at(-1);
      }
      alive = false;
      return answer === undefined;
    },
  };
}

describe('the refresh chain', () => {
  it('does what its model says for two tabs, a thief, lost answers and replaced roots, in any order', async () => {
    const who = fc.constantFrom('tab A', 'tab B', 'thief');
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ does: fc.constant('refresh' as const), who, environment, lost }) },
      { weight: 4, arbitrary: fc.record({ does: fc.constant('wait' as const), seconds: pause }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant('copy' as const), from: who, to: who }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('replace root' as const) }) },
    );
    const reached = { rotated: 0, repeated: 0, alarms: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = await refreshWorld();
        const model = chainModel(world);
        const held = { 'tab A': world.first, 'tab B': world.first, thief: world.first };
        for (const one of steps) {
          if (one.does === 'wait') world.clock.advance(one.seconds * 1_000);
          if (one.does === 'copy') held[one.to] = held[one.from];
          if (one.does === 'replace root') world.replaceRootCalmly();
          if (one.does !== 'refresh') continue;
          const wasAlive = model.isAlive();
          const length = model.chain.length;
          const answer = await tryRefresh(world, held[one.who], one.environment);
          expect(model.accepts(held[one.who], answer)).toBe(true);
          if (answer !== undefined && !one.lost) held[one.who] = answer;
          if (model.chain.length > length) reached.rotated += 1;
          else if (answer !== undefined) reached.repeated += 1;
          else if (wasAlive) reached.alarms += 1;
          const row = await world.sessions.get(world.session);
          const last = parseRefreshToken(model.chain.at(-1) ?? '');
          if (model.isAlive()) expect(row?.refreshHash).toBe(sha256(last?.secret ?? ''));
          else expect(await world.sessions.isLive(world.session)).toBe(false);
        }
      }),
      { seed: 9700, numRuns: 200 },
    );
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(50);
  });

  it('gives everybody who presents one token at the same moment the same successor, in any interleaving', async () => {
    const callers = fc.array(environment, { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), callers, fc.boolean(), async (scheduler, environments, replaced) => {
        const world = await refreshWorld((sessions) => ({
          get: scheduler.scheduleFunction((identity) => sessions.get(identity)),
          rotate: scheduler.scheduleFunction((session, next) => sessions.rotate(session, next)),
        }));
        const current = await scheduler.waitFor(world.refresh(world.first));
        if (replaced) world.replaceRootCalmly();
        const calls = environments.map((where) => tryRefresh(world, current.refresh_token, where));
        const answers = await scheduler.waitFor(Promise.all(calls));
        expect(answers[0]).toBeDefined();
        expect(new Set(answers).size).toBe(1);
        expect(world.ended).toEqual([]);
      }),
      { seed: 9701, numRuns: 200 },
    );
  });

  it('never refuses an honest client that repeats what was lost within the grace', async () => {
    const turn = fc.record({
      seconds: fc.oneof(
        fc.integer({ min: 0, max: 3_600 }),
        fc.integer({ min: 1, max: 6 }).map((d) => d * 86_400),
      ),
      lostAnswers: fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 3 }),
      environments: fc.array(environment, { minLength: 4, maxLength: 4 }),
      replaceBefore: fc.nat({ max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 12 }), async (turns) => {
        const world = await refreshWorld();
        let token: string | undefined = world.first;
        for (const { seconds, lostAnswers, environments, replaceBefore } of turns) {
          world.clock.advance(seconds * 1_000);
          const presented: string = token ?? '';
          for (const [index, where] of environments.slice(0, lostAnswers.length + 1).entries()) {
            if (index === replaceBefore) world.replaceRootCalmly();
            token = await tryRefresh(world, presented, where);
            expect(token).toBeDefined();
            world.clock.advance((lostAnswers[index] ?? 0) * 1_000);
          }
        }
        expect(world.ended).toEqual([]);
      }),
      { seed: 9702, numRuns: 100 },
    );
  });
});
