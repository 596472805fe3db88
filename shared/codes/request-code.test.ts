import { describe, expect, it } from 'vitest';
import { codeRequested } from '../../events/account-event.ts';
import { anna, ben, countingIds, movableClock, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  codesUnderTest,
  emailOf,
  inMemoryAccountEvents,
  phoneOf,
} from '../../test/support/in-memory-codes.ts';
import { dynamoSubjectLimiter } from '../auth/dynamo-gate.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { type SubjectAction, subjectRateLimits } from '../limits.ts';
import { type CodeRequestOf, requestCode } from './request-code.ts';

const database = testDatabase();
const login = { purpose: 'login', to: emailOf('anna'), userId: null } as const;
const ip = '203.0.113.7';

describe('a request for a code', () => {
  it('answers with a challenge and how long its code lasts, and with nothing else', async () => {
    const { ask } = codesUnderTest();
    const { answer } = await ask(login);
    expect(answer).toEqual({ challenge_id: expect.stringMatching(/^.{43}$/), expires_in: 600 });
  });

  it('names its challenge anew each time', async () => {
    const { ask } = codesUnderTest();
    expect((await ask(login)).challengeId).not.toBe((await ask(login)).challengeId);
  });

  it('puts into the queue what it is for, and no code', async () => {
    const { ask, events } = codesUnderTest();
    const { challengeId } = await ask({ purpose: 'verify', to: phoneOf('345678'), userId: anna });
    expect(events.published.map((event) => codeRequested.parse(event))).toEqual([
      {
        name: 'code.requested',
        version: 1,
        occurred_at_ms: startMs,
        purpose: 'verify',
        to: { channel: 'sms', address: '+4915112345678' },
        challenge_id: challengeId,
        user_id: anna,
        sign_up: false,
      },
    ]);
  });

  it('does not say who asks, where anybody may', async () => {
    const { ask } = codesUnderTest();
    expect((await ask({ ...login, userId: anna })).event.user_id).toBeNull();
    expect((await ask({ ...login, purpose: 'reset', userId: anna })).event.user_id).toBeNull();
  });

  it('refuses to verify an address for nobody, at no cost', async () => {
    const { ask, limiter, events } = codesUnderTest();
    await expect(ask({ ...login, purpose: 'verify' })).rejects.toMatchObject({
      code: 'auth.unauthenticated',
    });
    expect([limiter.taken, events.published]).toEqual([[], []]);
  });

  it('ASVS 6.3.8: does the same work for a known and an unknown address', async () => {
    /** Everything that is called, in order, with the address taken out. */
    async function calls(name: string) {
      const world = codesUnderTest();
      world.accounts.hold(emailOf('anna'), anna);
      const { answer } = await world.ask({ ...login, to: emailOf(name) });
      const trace = JSON.stringify([world.limiter.taken, world.events.published, answer]);
      return trace.replaceAll(sha256(`${name}@example.org`), 'hash').replaceAll(name, 'name');
    }
    expect(await calls('anna')).toBe(await calls('nobody'));
    expect(await calls('anna')).toContain('code.requested');
  });
});

describe('the limits of requests for codes', () => {
  const subjects = (to: CodeRequestOf['to']) => {
    const [address, channel] = [sha256(to.address), to.channel];
    return [
      [`${channel}.ip.hour`, ip],
      [`${channel}.ip.day`, ip],
      [`${channel}.address.hour`, address],
      [`${channel}.address.day`, address],
    ];
  };

  it('count per address and IP, per hour and day (ASVS 6.6.3)', async () => {
    const { ask, limiter } = codesUnderTest();
    await ask(login);
    expect(limiter.taken).toEqual(subjects(login.to));
  });

  it('count SMS for themselves, and all of them together', async () => {
    const { ask, limiter } = codesUnderTest();
    const to = phoneOf('345678');
    await ask({ ...login, to });
    expect(limiter.taken).toEqual([...subjects(to), ['sms.total.day', 'all']]);
  });

  it('count addresses that are the same as one', async () => {
    const { ask, limiter } = codesUnderTest();
    await ask(login);
    await ask({ ...login, to: { channel: 'email', address: 'ANNA@Ｅxample.org' } });
    expect(limiter.taken.slice(4)).toEqual(limiter.taken.slice(0, 4));
  });

  it.each(subjects(login.to).map(([action]) => action as SubjectAction))(
    'refuse beyond %s, and publish nothing',
    async (action) => {
      const { ask, limiter, events } = codesUnderTest();
      limiter.empty.add(action);
      await expect(ask(login)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 });
      expect(events.published).toEqual([]);
    },
  );

  it("do not let a caller beyond their own limit use up an address's", async () => {
    const { ask, limiter } = codesUnderTest();
    limiter.empty.add('email.ip.hour');
    await expect(ask(login)).rejects.toThrow();
    expect(limiter.taken).toEqual([['email.ip.hour', ip]]);
  });

  it('hold on the real buckets: so many mails an hour to one address, whoever asks', async () => {
    const { client, tables } = database();
    const clock = movableClock();
    const events = inMemoryAccountEvents(clock);
    const limiter = dynamoSubjectLimiter({ client, authTable: tables.authTable, clock });
    const ids = countingIds('LIMIT');
    const { burst, refillMs } = subjectRateLimits['email.address.hour'];
    const ask = (from: number) =>
      requestCode({ ...login, ip: `198.51.100.${from}` }, { events, limiter, ids });
    for (let from = 0; from < burst; from += 1) await ask(from);
    await expect(ask(burst)).rejects.toMatchObject({ code: 'rate_limited' });
    clock.advance(refillMs);
    await ask(burst + 1);
    expect(events.published).toHaveLength(burst + 1);
  });
});

describe('the code of a sign-up', () => {
  const signUp = { purpose: 'verify', to: emailOf('anna'), userId: ben, signUp: true } as const;

  it('says so, and costs the caller nothing', async () => {
    const { ask, limiter } = codesUnderTest();
    expect((await ask(signUp)).event).toMatchObject({ sign_up: true, user_id: ben, purpose: 'verify' });
    expect(limiter.taken.map(([action]) => action)).toEqual(['email.address.hour', 'email.address.day']);
  });

  it('is not sent beyond the limits of the address, but the sign-up goes through', async () => {
    const { ask, limiter, events } = codesUnderTest();
    limiter.empty.add('email.address.hour');
    expect((await ask(signUp)).answer).toMatchObject({ expires_in: 600 });
    expect(events.published).toEqual([]);
  });

  it('says when the queue does not answer: the account is there, and its owner may ask again', async () => {
    const world = codesUnderTest();
    const events = { publish: () => Promise.reject(new AppError('unavailable')) };
    for (const request of [signUp, login]) {
      await expect(requestCode({ ...request, ip }, { ...world, events })).rejects.toMatchObject({
        code: 'unavailable',
      });
    }
  });

  it('does not hide what nobody expected', async () => {
    const world = codesUnderTest();
    const limiter = { take: () => Promise.reject(new Error('a fault of ours')) };
    await expect(requestCode({ ...signUp, ip }, { ...world, limiter })).rejects.toThrow('a fault of ours');
  });
});
