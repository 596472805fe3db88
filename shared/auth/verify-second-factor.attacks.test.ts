/** Whoever has the first factor and wants to get past the second. */
import { describe, expect, it } from 'vitest';
import { anna, ben, instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { secondFactorsUnderTest } from '../../test/support/in-memory-second-factors.ts';
import { AppError, errorTable } from '../errors.ts';
import { failureDelays, limits } from '../limits.ts';
import { dynamoSecondFactorStore } from './dynamo-second-factor-store.ts';
import type { SecondFactorStore } from './second-factor-store.ts';
import { verifySecondFactor } from './verify-second-factor.ts';

const database = testDatabase();
const invalid = { code: 'auth.code_invalid', message: errorTable['auth.code_invalid'].title };
const invented = 'x'.repeat(43);

/** Anna and Ben have a second factor each. */
async function setup(given: Parameters<typeof secondFactorsUnderTest>[0] = {}) {
  const world = secondFactorsUnderTest(given);
  return { ...world, ...(await world.enrol(anna)), bens: await world.enrol(ben) };
}

describe('guessing', () => {
  it('Z9, ASVS 6.6.3: in two hundred parallel tries at one challenge has five looked at, and ends it', async () => {
    const { verify, challengeId, app, factors, deps } = await setup({
      factors: dynamoSecondFactorStore({
        client: database().client,
        authTable: database().tables.authTable,
        backoff: instantBackoff(),
      }),
    });
    const id = await challengeId();
    let looked = 0;
    const counting: SecondFactorStore = {
      ...factors,
      async takeTry(...args) {
        const hasTry = await factors.takeTry(...args);
        if (hasTry) looked += 1;
        return hasTry;
      },
    };
    // Without the failures of the account, which would end it just as well.
    const failures = { attempt: async () => undefined, succeeded: async () => undefined };
    const code = app.wrongCode();
    const guesses = Array.from({ length: 200 }, () =>
      verifySecondFactor({ challengeId: id, code }, { ...deps, factors: counting, failures }),
    );
    const outcomes = await Promise.allSettled(guesses);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(looked).toBe(limits.codeTriesMax);
    await expect(verify(id, app.code())).rejects.toMatchObject(invalid);
  });

  it('Z9: gets slower for who knows the password, however many challenges they ask for', async () => {
    const { verify, challengeId, app, clock } = await setup();
    const { free, firstMs } = failureDelays['factor.account'];
    for (let index = 0; index < free; index += 1) {
      await expect(verify(await challengeId(), app.wrongCode())).rejects.toMatchObject(invalid);
    }
    const id = await challengeId();
    for (const wait of [firstMs, 2 * firstMs, 4 * firstMs]) {
      // Refused unseen, the right code, too; and without costing one of the five tries.
      for (let index = 0; index < 10; index += 1) {
        await expect(verify(id, app.code())).rejects.toMatchObject({
          code: 'rate_limited',
          retryAfterMs: wait,
        });
      }
      clock.advance(wait);
      await expect(verify(await challengeId(), app.wrongCode())).rejects.toMatchObject(invalid);
    }
    clock.advance(8 * firstMs);
    expect(await verify(id, app.code())).toMatchObject({ userId: anna });
  });

  it('is forgiven by the right code', async () => {
    const { verify, challengeId, app, clock } = await setup();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < failureDelays['factor.account'].free - 1; index += 1) {
        await expect(verify(await challengeId(), app.wrongCode())).rejects.toMatchObject(invalid);
      }
      await verify(await challengeId(), app.code());
      clock.advance(30_000);
    }
  });

  it("at one account is not held against another's owner", async () => {
    const { verify, challengeId, app, bens } = await setup();
    for (let index = 0; index < 5; index += 1) {
      await expect(verify(await challengeId(), app.wrongCode())).rejects.toMatchObject(invalid);
    }
    expect(await verify(await challengeId(ben), bens.app.code())).toMatchObject({ userId: ben });
  });

  it('does not tell an invented challenge from a wrong code: same answers, same work', async () => {
    const calls: string[] = [];
    const recording = <T extends object>(store: T): T =>
      new Proxy(store, {
        get(target, name, receiver) {
          const method: unknown = Reflect.get(target, name, receiver);
          if (typeof method !== 'function') return method;
          return (...args: unknown[]): unknown => {
            calls.push(String(name));
            return Reflect.apply(method, target, args);
          };
        },
      });
    const world = await setup();
    const { deps, app, clock, challengeId } = world;
    const observed = {
      ...deps,
      factors: recording(deps.factors),
      box: recording(deps.box),
      failures: recording(deps.failures),
    };
    const sequence = async (id: string, code: string) => {
      calls.length = 0;
      const outcomes: unknown[] = [];
      for (let index = 0; index < 8; index += 1) {
        const outcome: unknown = await verifySecondFactor({ challengeId: id, code }, observed).catch(
          (error: unknown) => error,
        );
        expect(outcome).toBeInstanceOf(AppError);
        if (outcome instanceof AppError) outcomes.push([outcome.code, outcome.message, outcome.retryAfterMs]);
        if (index === 5) clock.advance(1_000);
      }
      return { outcomes, calls: calls.map((call) => (call === 'seal' ? 'open' : call)) };
    };
    for (const [index, code] of ['no recovery code', app.wrongCode()].entries()) {
      const known = await sequence(await challengeId(index === 0 ? anna : ben), code);
      const unknown = await sequence(`${index}${invented.slice(1)}`, code);
      expect(unknown).toEqual(known);
      expect(known.calls.filter((call) => call === 'open')).toHaveLength(index === 0 ? 0 : 6);
    }
  });
});
