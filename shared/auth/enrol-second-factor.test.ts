import { describe, expect, it } from 'vitest';
import {
  recoveryCodesResponse,
  secondFactorEnrolment,
  secondFactorView,
} from '../../events/account-contracts.ts';
import { anna, aProfile, ben, cleo } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { authenticatorApp, secondFactorsUnderTest } from '../../test/support/in-memory-second-factors.ts';
import { AppError } from '../errors.ts';
import { failureDelays, limits } from '../limits.ts';
import { tombstone } from '../users/user.ts';
import { dynamoSecondFactorStore } from './dynamo-second-factor-store.ts';
import { confirmSecondFactor, removeSecondFactor, renewRecoveryCodes } from './enrol-second-factor.ts';

const database = testDatabase();
const exists = { code: 'auth.second_factor_exists' };
const missing = { code: 'auth.second_factor_missing' };
const invalid = { code: 'auth.code_invalid' };
const none = { enabled: false, enabled_at: null, recovery_codes_left: 0 };
const address = 'anna@example.org';

describe('setting up a second factor', () => {
  it('shows a secret that guards nothing until its app has shown a code', async () => {
    const { start, confirm, view, challenge, clock } = secondFactorsUnderTest();
    const enrolment = await start();
    expect(secondFactorEnrolment.parse(enrolment)).toEqual(enrolment);
    expect(enrolment.secret).toMatch(/^[A-Z2-7]{32}$/);
    const url = new URL(enrolment.otpauth_url);
    expect(url.searchParams.get('secret')).toBe(enrolment.secret);
    expect(url.pathname).toContain('Confab:anna');
    expect(await view()).toEqual(none);
    expect(await challenge(anna)).toBeUndefined();

    const codes = await confirm(authenticatorApp(enrolment.secret, clock).code());
    expect(recoveryCodesResponse.parse({ recovery_codes: codes }).recovery_codes).toHaveLength(
      limits.recoveryCodes,
    );
    expect(secondFactorView.parse(await view())).toEqual({
      enabled: true,
      enabled_at: '2026-03-01T12:00:00.000Z',
      recovery_codes_left: 10,
    });
    expect(await challenge(anna)).toMatchObject({ status: 'second_factor_required', expires_in: 600 });
  });

  it('can be begun again: only the newest secret counts', async () => {
    const { start, confirm, clock } = secondFactorsUnderTest();
    const former = authenticatorApp((await start()).secret, clock);
    const app = authenticatorApp((await start()).secret, clock);
    await expect(confirm(former.code())).rejects.toMatchObject(invalid);
    expect(await confirm(app.code())).toHaveLength(10);
  });

  it('is for accounts that have none', async () => {
    const { enrol, start, confirm, view } = secondFactorsUnderTest();
    const { app } = await enrol();
    const before = await view();
    await expect(start()).rejects.toMatchObject(exists);
    await expect(confirm(app.code())).rejects.toMatchObject(exists);
    expect(await view()).toEqual(before);
  });

  it('is for accounts that are there', async () => {
    const { start, users } = secondFactorsUnderTest();
    users.put(tombstone(cleo, '2026-03-01T12:00:00.000Z'));
    await expect(start(cleo)).rejects.toMatchObject({ code: 'auth.session_ended' });
    await expect(start('u_nobody')).rejects.toMatchObject({ code: 'auth.session_ended' });
  });

  it('ends while the proof that it took is recent', async () => {
    const { start, confirm, clock } = secondFactorsUnderTest();
    const late = authenticatorApp((await start()).secret, clock);
    clock.advance(limits.recentAuthenticationSeconds * 1_000);
    await expect(confirm(late.code())).rejects.toMatchObject(missing);
    const app = authenticatorApp((await start()).secret, clock);
    clock.advance(limits.recentAuthenticationSeconds * 1_000 - 1_000);
    expect(await confirm(app.code())).toHaveLength(10);
  });

  it('has nothing to confirm before it was begun', async () => {
    const { confirm } = secondFactorsUnderTest();
    await expect(confirm('123456')).rejects.toMatchObject(missing);
  });

  it("takes no code of somebody else's app", async () => {
    const { start, confirm, clock, view } = secondFactorsUnderTest();
    await start(anna);
    const bens = authenticatorApp((await start(ben)).secret, clock);
    await expect(confirm(bens.code(), anna)).rejects.toMatchObject(invalid);
    expect(await view(anna)).toEqual(none);
    expect(await confirm(bens.code(), ben)).toHaveLength(10);
  });

  it('ASVS 6.5.1: uses up the code that confirmed it', async () => {
    const { start, confirm, challengeId, verify, clock } = secondFactorsUnderTest();
    const app = authenticatorApp((await start()).secret, clock);
    await confirm(app.code());
    await expect(verify(await challengeId(), app.code())).rejects.toMatchObject(invalid);
    expect(await verify(await challengeId(), app.code(1))).toMatchObject({ userId: anna });
  });

  it('gets slower with each wrong code, until a right one', async () => {
    const { start, confirm, remove, clock } = secondFactorsUnderTest();
    const app = authenticatorApp((await start()).secret, clock);
    const { free, firstMs } = failureDelays['factor.account'];
    for (let index = 0; index < free; index += 1)
      await expect(confirm(app.wrongCode())).rejects.toMatchObject(invalid);
    await expect(confirm(app.code())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: firstMs });
    clock.advance(firstMs);
    await confirm(app.code());
    await remove();
    const next = authenticatorApp((await start()).secret, clock);
    for (let index = 0; index < free - 1; index += 1)
      await expect(confirm(next.wrongCode())).rejects.toMatchObject(invalid);
    expect(await confirm(next.code())).toHaveLength(10);
  });

  it('is not held up by who guesses at the door', async () => {
    const { enrol, start, confirm, remove, clock, challengeId, verify } = secondFactorsUnderTest();
    const { app } = await enrol();
    for (let index = 0; index < failureDelays['factor.account'].free; index += 1)
      await expect(verify(await challengeId(), app.wrongCode())).rejects.toMatchObject(invalid);
    await expect(verify(await challengeId(), app.code())).rejects.toMatchObject({ code: 'rate_limited' });
    await remove();
    expect(await confirm(authenticatorApp((await start()).secret, clock).code())).toHaveLength(10);
  });

  it('on DynamoDB gives one of two that confirm at once the recovery codes, and those work', async () => {
    const { client, tables } = database();
    const { authTable } = tables;
    const world = secondFactorsUnderTest({
      factors: dynamoSecondFactorStore({ client, authTable, backoff: { wait: async () => undefined } }),
    });
    const app = authenticatorApp((await world.start()).secret, world.clock);
    const outcomes = await Promise.allSettled([world.confirm(app.code()), world.confirm(app.code())]);
    const given = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(given).toHaveLength(1);
    for (const code of given[0]?.value ?? []) await world.verify(await world.challengeId(), code);
    expect(await world.view()).toMatchObject({ enabled: true, recovery_codes_left: 0 });
  });

  it('refuses whoever confirms a secret that was replaced at that moment', async () => {
    const world = secondFactorsUnderTest();
    const app = authenticatorApp((await world.start()).secret, world.clock);
    const factors: typeof world.factors = {
      ...world.factors,
      async activate(...args) {
        await world.start();
        return await world.factors.activate(...args);
      },
    };
    const confirmed = confirmSecondFactor(anna, app.code(), { ...world.deps, factors });
    await expect(confirmed).rejects.toMatchObject(invalid);
    expect(await world.view()).toEqual(none);
  });
});

describe('recovery codes', () => {
  it('are renewed: the old ones end', async () => {
    const { enrol, renew, verify, challengeId, view } = secondFactorsUnderTest();
    const { recoveryCodes } = await enrol();
    await verify(await challengeId(), recoveryCodes[0] ?? '');
    const renewed = await renew();
    expect(new Set([...recoveryCodes, ...renewed]).size).toBe(20);
    expect(await view()).toMatchObject({ recovery_codes_left: 10 });
    await expect(verify(await challengeId(), recoveryCodes[1] ?? '')).rejects.toMatchObject(invalid);
    expect(await verify(await challengeId(), renewed[1] ?? '')).toMatchObject({ userId: anna });
    expect(await view()).toMatchObject({ recovery_codes_left: 9 });
  });

  it('are for accounts with a second factor', async () => {
    const { renew, start } = secondFactorsUnderTest();
    await expect(renew()).rejects.toMatchObject(missing);
    await start();
    await expect(renew()).rejects.toMatchObject(missing);
  });
});

describe('removing a second factor', () => {
  it('ASVS 6.5.6: ends it at once, also for who has been asked for it', async () => {
    const { enrol, remove, view, challenge, challengeId, verify, factors } = secondFactorsUnderTest();
    const { app, recoveryCodes } = await enrol();
    const open = await challengeId();
    await remove();
    expect(await view()).toEqual(none);
    expect(await challenge(anna)).toBeUndefined();
    expect(await factors.get(anna)).toBeUndefined();
    await expect(verify(open, app.code())).rejects.toMatchObject(invalid);
    await expect(verify(open, recoveryCodes[0] ?? '')).rejects.toMatchObject(invalid);
    await expect(remove()).rejects.toMatchObject(missing);
  });

  it('lets a new one be set up, whose codes the old app does not know', async () => {
    const { enrol, remove, challengeId, verify } = secondFactorsUnderTest();
    const former = await enrol();
    await remove();
    const { app } = await enrol();
    await expect(verify(await challengeId(), former.app.code())).rejects.toMatchObject(invalid);
    await expect(verify(await challengeId(), former.recoveryCodes[0] ?? '')).rejects.toMatchObject(invalid);
    expect(await verify(await challengeId(), app.code())).toMatchObject({ userId: anna });
  });

  it('forgets what waits to be confirmed, and tells nobody', async () => {
    const { start, remove, confirm, notices, clock } = secondFactorsUnderTest();
    const app = authenticatorApp((await start()).secret, clock);
    await remove();
    await expect(confirm(app.code())).rejects.toMatchObject(missing);
    expect(notices()).toEqual([]);
  });

  it('leaves those of others alone', async () => {
    const { enrol, remove, view } = secondFactorsUnderTest();
    await enrol(anna);
    await enrol(ben);
    await remove(ben);
    expect(await view(anna)).toMatchObject({ enabled: true });
  });
});

describe('the owner of an account', () => {
  it('ASVS 6.3.7: is told of a second factor that was set up or removed', async () => {
    const { enrol, remove, notices } = secondFactorsUnderTest();
    await enrol();
    expect(notices()).toEqual([['second_factor_enabled', address]]);
    await remove();
    expect(notices()).toEqual([
      ['second_factor_enabled', address],
      ['second_factor_disabled', address],
    ]);
  });

  it('is not told at an address that nobody has proven', async () => {
    const { enrol, remove, notices } = secondFactorsUnderTest();
    await enrol(ben);
    await remove(ben);
    expect(notices()).toEqual([]);
  });

  it('has what they asked for also when the mail cannot be asked for', async () => {
    const world = secondFactorsUnderTest();
    Object.assign(world.events, { publish: () => Promise.reject(new AppError('unavailable')) });
    const { recoveryCodes } = await world.enrol();
    expect(recoveryCodes).toHaveLength(10);
    await world.remove();
    expect(world.warnings).toEqual([
      'an owner was not told: second_factor_enabled',
      'an owner was not told: second_factor_disabled',
    ]);
  });
});

describe('the secrets of a second factor', () => {
  it('are shown once, and are nowhere else in clear: not in the table, an answer, an event or a warning', async () => {
    const { client, tables } = database();
    const kept: unknown[] = [];
    const real = dynamoSecondFactorStore({
      client,
      authTable: tables.authTable,
      backoff: { wait: async () => undefined },
    });
    const world = secondFactorsUnderTest({ factors: real, prefix: 'CLEAR', seed: 99 });
    world.users.put(aProfile('cleo', { emailVerified: true }));
    const { secret, app, recoveryCodes } = await world.enrol(cleo);
    const id = await world.challengeId(cleo);
    kept.push(await real.get(cleo), await world.view(cleo), world.events.published, world.warnings);
    kept.push(await world.verify(id, app.code()), await world.challenge(cleo));
    kept.push(await world.verify(id, app.code()).catch((error: unknown) => JSON.stringify(error)));
    kept.push(
      await removeSecondFactor(ben, world.deps).catch(String),
      await renewRecoveryCodes(cleo, world.deps),
    );
    const seen = JSON.stringify(kept, (_, value: unknown) => (value instanceof Set ? [...value] : value));
    expect(seen).toContain('v1.');
    for (const clear of [secret, app.code(), id, ...recoveryCodes]) expect(seen).not.toContain(clear);
  });
});
