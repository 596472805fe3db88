import { describe, expect, it } from 'vitest';
import { anna, ben } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { codesUnderTest, emailOf, phoneOf } from '../../test/support/in-memory-codes.ts';
import { errorTable } from '../errors.ts';
import { limits } from '../limits.ts';
import type { CodeStore } from './code-store.ts';
import { dynamoCodeStore } from './dynamo-code-store.ts';

const database = testDatabase();
const invalid = { code: 'auth.code_invalid', message: errorTable['auth.code_invalid'].title };
const wrong = (code: string) => (code === '000000' ? '000001' : '000000');

let seed = 1;
/** Anna holds an address and a number; her code to sign in is in her mailbox. */
async function setup(codes?: CodeStore) {
  seed += 1;
  const world = codesUnderTest({ seed, ...(codes && { codes }) });
  world.accounts.hold(emailOf('anna'), anna);
  world.accounts.hold(phoneOf('345678'), anna);
  world.accounts.hold(emailOf('ben'), ben);
  const login = { purpose: 'login', to: emailOf('anna'), userId: null } as const;
  return { ...world, login, answer: await world.get(login) };
}

describe('a code', () => {
  it('proves whose address it went to', async () => {
    const { check, answer } = await setup();
    expect(await check(answer)).toEqual({ userId: anna });
  });

  it('proves a number by SMS, and an address for who asked to verify it', async () => {
    const { check, get } = await setup();
    expect(await check(await get({ purpose: 'reset', to: phoneOf('345678'), userId: null }))).toEqual({
      userId: anna,
    });
    expect(await check(await get({ purpose: 'verify', to: emailOf('new'), userId: ben }))).toEqual({
      userId: ben,
    });
  });

  it('is found whichever way the address is written', async () => {
    const { check, answer } = await setup();
    const to = { channel: 'email', address: 'Anna@EXAMPLE.org' } as const;
    expect(await check({ ...answer, to })).toEqual({ userId: anna });
  });

  it('ASVS 6.5.1: works once', async () => {
    const { check, answer } = await setup();
    await check(answer);
    await expect(check(answer)).rejects.toMatchObject(invalid);
  });

  it('ASVS 6.5.5: works for ten minutes from the request', async () => {
    const { check, answer, get, clock, login } = await setup();
    clock.advance(limits.codeTtlSeconds * 1_000);
    await expect(check(answer)).rejects.toMatchObject(invalid);
    const next = await get(login);
    clock.advance(limits.codeTtlSeconds * 1_000 - 1);
    expect(await check(next)).toEqual({ userId: anna });
  });

  it('is dead after a resend, also with the new challenge', async () => {
    const { check, answer, get, login } = await setup();
    const next = await get(login);
    await expect(check(answer)).rejects.toMatchObject(invalid);
    if (answer.code !== next.code) {
      await expect(check({ ...next, code: answer.code })).rejects.toMatchObject(invalid);
    }
    expect(await check(next)).toEqual({ userId: anna });
  });

  it.each([
    ['another challenge', { challengeId: 'x'.repeat(43) }],
    ['another purpose', { purpose: 'reset' }],
    ['another address of the same account', { to: phoneOf('345678') }],
    ['the address of somebody else', { to: emailOf('ben') }],
    ['an account that has not asked', { purpose: 'verify', userId: ben }],
  ] as const)('ASVS 6.6.2: fails with %s, which costs no try', async (_, change) => {
    const { check, answer } = await setup();
    for (let index = 0; index < 6; index += 1) {
      await expect(check({ ...answer, ...change })).rejects.toMatchObject(invalid);
    }
    expect(await check(answer)).toEqual({ userId: anna });
  });

  it("ASVS 6.6.2: of one sign-in is none for another's, though both wait at the same time", async () => {
    const { check, answer, get } = await setup();
    const bens = await get({ purpose: 'login', to: emailOf('ben'), userId: null });
    await expect(check({ ...bens, code: answer.code })).rejects.toMatchObject(invalid);
    await expect(check({ ...bens, challengeId: answer.challengeId })).rejects.toMatchObject(invalid);
    expect(await check(bens)).toEqual({ userId: ben });
  });

  it('to verify an address proves it for nobody else who wants it', async () => {
    const { check, get } = await setup();
    const verify = await get({ purpose: 'verify', to: emailOf('new'), userId: anna });
    await expect(check({ ...verify, userId: ben })).rejects.toMatchObject(invalid);
    expect(await check(verify)).toEqual({ userId: anna });
  });

  it('ASVS 6.3.8: is refused in one way for an address that nobody has, however often', async () => {
    const { check, ask, deliver } = await setup();
    const request = { purpose: 'login', to: emailOf('nobody'), userId: null } as const;
    const { challengeId, event } = await ask(request);
    expect(await deliver(event)).toBe('nobody');
    for (let index = 0; index < 7; index += 1) {
      await expect(check({ ...request, challengeId, code: `00000${index}` })).rejects.toMatchObject(invalid);
    }
  });
});

describe('guessing a code', () => {
  it('ASVS 6.6.3: ends after five wrong ones: the right one is none any more', async () => {
    const { check, answer } = await setup();
    for (let index = 0; index < 5; index += 1) {
      await expect(check({ ...answer, code: wrong(answer.code) })).rejects.toMatchObject(invalid);
    }
    await expect(check(answer)).rejects.toMatchObject(invalid);
  });

  it('leaves its owner the tries that are left', async () => {
    const { check, answer } = await setup();
    for (let index = 0; index < 4; index += 1) {
      await expect(check({ ...answer, code: wrong(answer.code) })).rejects.toThrow();
    }
    expect(await check(answer)).toEqual({ userId: anna });
  });

  it('goes on with the tries that are left when the request is delivered again', async () => {
    const { check, answer, deliver } = await setup();
    for (let index = 0; index < 5; index += 1) {
      await expect(check({ ...answer, code: wrong(answer.code) })).rejects.toThrow();
    }
    expect(await deliver(answer.event)).toBe('repeated');
    await expect(check(answer)).rejects.toMatchObject(invalid);
  });

  it('ASVS 6.6.3: in two hundred parallel tries on DynamoDB has five looked at, and ends the code', async () => {
    const { client, tables } = database();
    const real = dynamoCodeStore({ client, authTable: tables.authTable });
    let evaluated = 0;
    const { check, answer } = await setup({
      ...real,
      async attempt(...guess) {
        const found = await real.attempt(...guess);
        if (found) evaluated += 1;
        return found;
      },
    });
    const guesses = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(6, '0'))
      .filter((guess) => guess !== answer.code)
      .slice(0, 200);
    const outcomes = await Promise.allSettled(guesses.map((code) => check({ ...answer, code })));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(evaluated).toBe(5);
    await expect(check(answer)).rejects.toMatchObject(invalid);
  });

  it('ASVS 6.5.1: lets one of five who know the code in, when all come at once on DynamoDB', async () => {
    const { client, tables } = database();
    const { check, answer } = await setup(dynamoCodeStore({ client, authTable: tables.authTable }));
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => check(answer)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
