import { describe, expect, it } from 'vitest';
import { secondFactorRequired } from '../../events/account-contracts.ts';
import { anna, ben, instantBackoff } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  inMemorySecondFactors,
  secondFactorsUnderTest,
} from '../../test/support/in-memory-second-factors.ts';
import { errorTable } from '../errors.ts';
import { limits } from '../limits.ts';
import { dynamoSecondFactorStore } from './dynamo-second-factor-store.ts';
import type { SecondFactorStore } from './second-factor-store.ts';
import { verifySecondFactor } from './verify-second-factor.ts';

const database = testDatabase();
const invalid = { code: 'auth.code_invalid', message: errorTable['auth.code_invalid'].title };

/** Anna and Ben have a second factor each. */
async function setup(given: Parameters<typeof secondFactorsUnderTest>[0] = {}) {
  const world = secondFactorsUnderTest(given);
  return { ...world, ...(await world.enrol(anna)), bens: await world.enrol(ben) };
}

let worlds = 0;
function onDynamo(): SecondFactorStore {
  const { client, tables } = database();
  return dynamoSecondFactorStore({ client, authTable: tables.authTable, backoff: instantBackoff() });
}
/** A challenge id is in one world only; the factors themselves are set up anew in each. */
async function setupOnDynamo() {
  worlds += 1;
  const factors = onDynamo();
  await Promise.all([factors.remove(anna), factors.remove(ben)]);
  return await setup({ factors, prefix: `W${worlds}`, seed: worlds });
}

describe('a challenge', () => {
  it('stands between the first factor and the tokens of an account that has a second', async () => {
    const { challenge } = await setup();
    const required = await challenge(anna);
    expect(secondFactorRequired.parse(required)).toEqual(required);
    expect(required).toEqual({
      status: 'second_factor_required',
      challenge_id: expect.stringMatching(/^.{43}$/),
      expires_in: limits.secondFactorTtlSeconds,
    });
  });

  it('is not asked of an account without one: none, or one that is not confirmed', async () => {
    const { challenge, start } = secondFactorsUnderTest();
    expect(await challenge(anna)).toBeUndefined();
    await start(anna);
    expect(await challenge(anna)).toBeUndefined();
  });

  it('is answered by a code of the app, with or without spaces', async () => {
    const { verify, challengeId, app, clock } = await setup();
    expect(await verify(await challengeId(), app.code())).toEqual({ userId: anna, checked: undefined });
    clock.advance(60_000);
    const spaced = app.code().replace(/(...)(...)/, ' $1 $2 ');
    expect(await verify(await challengeId(), spaced)).toMatchObject({ userId: anna });
  });

  it('is answered by a recovery code, however it is typed', async () => {
    const { verify, challengeId, recoveryCodes, view } = await setup();
    const [one = '', two = ''] = recoveryCodes;
    expect(await verify(await challengeId(), one)).toMatchObject({ userId: anna });
    expect(await verify(await challengeId(), two.toUpperCase().replaceAll('-', ' '))).toMatchObject({
      userId: anna,
    });
    expect(await view()).toMatchObject({ recovery_codes_left: 8 });
  });

  it('remembers which password was right, so that no session of an old one opens', async () => {
    const { verify, challengeId, app } = await setup();
    const checked = { passwordHash: '$argon2id$v=19$some' };
    expect(await verify(await challengeId(anna, checked), app.code())).toEqual({ userId: anna, checked });
  });

  it('works once, also with another code', async () => {
    const { verify, challengeId, app, recoveryCodes } = await setup();
    const id = await challengeId();
    await verify(id, app.code());
    await expect(verify(id, recoveryCodes[0] ?? '')).rejects.toMatchObject(invalid);
    expect(await verify(await challengeId(), recoveryCodes[0] ?? '')).toMatchObject({ userId: anna });
  });

  it('works for ten minutes', async () => {
    const { verify, challengeId, app, clock } = await setup();
    const [late, inTime] = [await challengeId(), await challengeId()];
    clock.advance(limits.secondFactorTtlSeconds * 1_000 - 1_000);
    expect(await verify(inTime, app.code())).toMatchObject({ userId: anna });
    clock.advance(1_000);
    await expect(verify(late, app.code(1))).rejects.toMatchObject(invalid);
  });

  it("is not answered by somebody else's code", async () => {
    const { verify, challengeId, app, bens, recoveryCodes } = await setup();
    const id = await challengeId(ben);
    for (const code of [app.code(), recoveryCodes[0] ?? '']) {
      await expect(verify(id, code)).rejects.toMatchObject(invalid);
    }
    expect(await verify(id, bens.app.code())).toMatchObject({ userId: ben });
  });

  it('dies with the factor, also when a new one was begun', async () => {
    const { verify, challengeId, app, remove, start } = await setup();
    const id = await challengeId();
    await remove();
    await start();
    await expect(verify(id, app.code())).rejects.toMatchObject(invalid);
  });
});

describe('a code', () => {
  it('ASVS 6.5.1: of the app works once, also at another challenge', async () => {
    const { verify, challengeId, app } = await setup();
    const code = app.code();
    await verify(await challengeId(), code);
    await expect(verify(await challengeId(), code)).rejects.toMatchObject(invalid);
  });

  it('ASVS 6.5.1: of the app ends those before it', async () => {
    const { verify, challengeId, app } = await setup();
    await verify(await challengeId(), app.code(1));
    await expect(verify(await challengeId(), app.code(0))).rejects.toMatchObject(invalid);
    await expect(verify(await challengeId(), app.code(-1))).rejects.toMatchObject(invalid);
  });

  it('ASVS 6.5.5: of the app is over after its step and the next', async () => {
    const { verify, challengeId, app, clock } = await setup();
    const code = app.code();
    clock.advance(60_000);
    await expect(verify(await challengeId(), code)).rejects.toMatchObject(invalid);
  });

  it('that was refused leaves the challenge its other tries', async () => {
    const { verify, challengeId, app } = await setup();
    const id = await challengeId();
    for (let index = 0; index < limits.codeTriesMax - 1; index += 1) {
      await expect(verify(id, app.wrongCode())).rejects.toMatchObject(invalid);
    }
    expect(await verify(id, app.code())).toMatchObject({ userId: anna });
  });

  it('ASVS 6.5.1: of the recovery codes works once', async () => {
    const { verify, challengeId, recoveryCodes } = await setup();
    for (const code of recoveryCodes) {
      await verify(await challengeId(), code);
      await expect(verify(await challengeId(), code)).rejects.toMatchObject(invalid);
    }
  });

  it('still opens after the root was replaced, and again after the next one: it is sealed anew on the way', async () => {
    const { verify, challengeId, app, clock, replaceRoot } = await setup();
    for (let replaced = 0; replaced < 3; replaced += 1) {
      replaceRoot();
      clock.advance(16 * 60_000);
      expect(await verify(await challengeId(), app.code())).toMatchObject({ userId: anna });
    }
  });
});

describe('a code on DynamoDB', () => {
  it('ASVS 6.5.1: lets one of ten in who bring the same one at once, each with a challenge of their own', async () => {
    const { verify, challengeId, app, recoveryCodes, failures } = await setupOnDynamo();
    for (const code of [app.code(), recoveryCodes[0] ?? '']) {
      const ids = await Promise.all(Array.from({ length: 10 }, () => challengeId()));
      const outcomes = await Promise.allSettled(ids.map((id) => verify(id, code)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await failures.succeeded('factor.account', anna);
    }
  });

  it('lets one of five in who answer the same challenge at once', async () => {
    const { verify, challengeId, app, recoveryCodes, view } = await setupOnDynamo();
    const id = await challengeId();
    const codes = [app.code(), app.code(1), ...recoveryCodes.slice(0, 3)];
    const outcomes = await Promise.allSettled(codes.map((code) => verify(id, code)));
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await view()).toMatchObject({ recovery_codes_left: winner < 2 ? 10 : 9 });
  });
});

describe('the owner of an account', () => {
  it('is told when a recovery code was used, and not of each sign-in', async () => {
    const { verify, challengeId, app, recoveryCodes, notices } = await setup();
    await verify(await challengeId(), app.code());
    expect(notices()).toEqual([['second_factor_enabled', 'anna@example.org']]);
    await verify(await challengeId(), recoveryCodes[3] ?? '');
    expect(notices().slice(1)).toEqual([['recovery_code_used', 'anna@example.org']]);
  });

  it('is not told at an address that nobody has proven', async () => {
    const { verify, challengeId, bens, notices } = await setup();
    await verify(await challengeId(ben), bens.recoveryCodes[0] ?? '');
    expect(notices()).toEqual([['second_factor_enabled', 'anna@example.org']]);
  });
});

describe('when something fails', () => {
  it('ASVS 16.5.3: nobody is let in who could not be counted, read or struck off', async () => {
    const broken = new Error('socket hang up');
    const fails = () => Promise.reject(broken);
    const { deps, challengeId, app } = await setup();
    const id = await challengeId();
    const faults: Partial<typeof deps>[] = [
      { failures: { ...deps.failures, attempt: fails } },
      ...(['get', 'getChallenge', 'takeTry', 'spend'] as const).map((name) => ({
        factors: { ...deps.factors, [name]: fails },
      })),
      { box: { ...deps.box, open: fails } },
    ];
    for (const fault of faults) {
      const code = app.code();
      await expect(verifySecondFactor({ challengeId: id, code }, { ...deps, ...fault })).rejects.toBe(broken);
    }
    // The same call without a fault goes through: it was the faults.
    await deps.failures.succeeded('factor.account', anna);
    const next = await challengeId();
    expect(await verifySecondFactor({ challengeId: next, code: app.code() }, deps)).toMatchObject({
      userId: anna,
    });
  });

  it('asks for the second factor or fails, and never lets anybody by', async () => {
    const broken = new Error('socket hang up');
    const real = inMemorySecondFactors();
    for (const name of ['get', 'putChallenge'] as const) {
      const factors: SecondFactorStore = { ...real };
      const world = secondFactorsUnderTest({ factors });
      await real.remove(anna);
      await world.enrol();
      Object.assign(factors, { [name]: () => Promise.reject(broken) });
      await expect(world.challenge(anna)).rejects.toBe(broken);
    }
  });
});
