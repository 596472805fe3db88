import { describe, expect, it } from 'vitest';
import {
  anIdentity,
  aProfile,
  aSession,
  countingIds,
  instantBackoff,
  movableClock,
  startMs,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryGate } from '../../test/support/in-memory-auth.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { AppError } from '../errors.ts';
import { limits, subjectRateLimits, userRateLimits } from '../limits.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoGate, dynamoSubjectLimiter } from './dynamo-gate.ts';
import { dynamoSessionStore } from './dynamo-session-store.ts';

const database = testDatabase();
const ids = countingIds('GATE');

/** The same promises hold for the real gate and for the one that use cases are tested with. */
const gates = {
  async DynamoDB() {
    const clock = movableClock();
    const { client, tables } = database();
    const backoff = instantBackoff();
    const session = aSession({ userId: ids.user(), sessionId: ids.session() });
    const profile = aProfile(session.userId.toLowerCase().slice(2), { userId: session.userId });
    await dynamoAccountStore(client, tables, backoff).create({ profile, passwordHash: 'hash', session });
    const { authTable } = tables;
    return {
      clock,
      session,
      gate: dynamoGate({ client, authTable, clock }),
      sessions: dynamoSessionStore({ client, authTable, clock, backoff }),
    };
  },
  async 'the in-memory stand-in'() {
    const clock = movableClock();
    const sessions = inMemorySessionStore(clock);
    const session = aSession({ userId: ids.user(), sessionId: ids.session() });
    await sessions.add(session);
    return { clock, session, sessions, gate: inMemoryGate(sessions, clock) };
  },
};

/** How many of so many tries, one after the other, are admitted. */
async function admitted(tries: number, admit: () => Promise<void>) {
  let count = 0;
  for (let index = 0; index < tries; index += 1) {
    count += await admit().then(
      () => 1,
      (error: unknown) => {
        expect(error).toBeInstanceOf(AppError);
        return 0;
      },
    );
  }
  return count;
}

describe.each(Object.entries(gates))('the gate on %s', (_, open) => {
  const { burst, refillMs } = userRateLimits.sync;

  it('admits exactly a burst, and says how long to wait after it', async () => {
    const { gate, session } = await open();
    expect(await admitted(burst + 3, () => gate.admit(session, 'sync'))).toBe(burst);
    await expect(gate.admit(session, 'sync')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: refillMs,
    });
  });

  it('refills one token after the other', async () => {
    const { gate, session, clock } = await open();
    await admitted(burst, () => gate.admit(session, 'sync'));
    clock.advance(refillMs - 1);
    expect(await admitted(2, () => gate.admit(session, 'sync'))).toBe(0);
    clock.advance(1);
    expect(await admitted(2, () => gate.admit(session, 'sync'))).toBe(1);
    clock.advance(3 * refillMs);
    expect(await admitted(5, () => gate.admit(session, 'sync'))).toBe(3);
  });

  it('is full again after a long rest, and never fuller than a burst', async () => {
    const { gate, session, clock } = await open();
    await admitted(burst, () => gate.admit(session, 'sync'));
    clock.advance(1_000 * burst * refillMs);
    expect(await admitted(burst + 3, () => gate.admit(session, 'sync'))).toBe(burst);
  });

  it('counts each action for itself', async () => {
    const { gate, session } = await open();
    await admitted(burst, () => gate.admit(session, 'sync'));
    await expect(gate.admit(session, 'ping')).resolves.toBeUndefined();
  });

  it("lets two sessions of a person share one bucket, and keeps other people's apart", async () => {
    const { gate, session, sessions } = await open();
    const second = aSession({ userId: session.userId, sessionId: ids.session() });
    await sessions.add(second);
    expect(await admitted(burst, () => gate.admit(session, 'sync'))).toBe(burst);
    expect(await admitted(2, () => gate.admit(second, 'sync'))).toBe(0);
    const other = await open();
    await expect(other.gate.admit(other.session, 'sync')).resolves.toBeUndefined();
  });

  it('[P8] refuses an ended session from the next call on', async () => {
    const { gate, session, sessions } = await open();
    await gate.admit(session, 'ping');
    await sessions.end(session.userId, [session.sessionId]);
    await expect(gate.admit(session, 'ping')).rejects.toMatchObject({ code: 'auth.session_ended' });
  });

  it('refuses an expired session, and one that never was', async () => {
    const { gate, session, clock } = await open();
    const stranger = anIdentity(ids.user());
    await expect(gate.admit(stranger, 'ping')).rejects.toMatchObject({ code: 'auth.session_ended' });
    const invented = { ...session, sessionId: ids.session() };
    await expect(gate.admit(invented, 'ping')).rejects.toMatchObject({ code: 'auth.session_ended' });
    clock.advance(limits.refreshTokenIdleSeconds * 1_000);
    await expect(gate.admit(session, 'ping')).rejects.toMatchObject({ code: 'auth.session_ended' });
  });

  it('says that the session has ended also to somebody whose bucket is empty', async () => {
    const { gate, session, sessions } = await open();
    await admitted(burst, () => gate.admit(session, 'sync'));
    await sessions.end(session.userId, [session.sessionId]);
    await expect(gate.admit(session, 'sync')).rejects.toMatchObject({ code: 'auth.session_ended' });
  });

  it('admits at most a burst of many concurrent calls', async () => {
    const { gate, session } = await open();
    const outcomes = await Promise.allSettled(
      Array.from({ length: burst + 15 }, () => gate.admit(session, 'sync')),
    );
    const through = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(through).toBeLessThanOrEqual(burst);
    // Nobody is turned away while there are tokens: the rest of the burst is still there, and no more.
    expect(await admitted(burst, () => gate.admit(session, 'sync'))).toBe(burst - through);
  });
});

describe('the anonymous limiter', () => {
  function setup() {
    const clock = movableClock(startMs);
    const { client, tables } = database();
    return { clock, limiter: dynamoSubjectLimiter({ client, authTable: tables.authTable, clock }) };
  }
  const { burst, refillMs } = subjectRateLimits['email.address.hour'];

  it('lets exactly a burst through per subject, and refills', async () => {
    const { limiter, clock } = setup();
    expect(await admitted(burst + 2, () => limiter.take('email.address.hour', 'somebody'))).toBe(burst);
    await expect(limiter.take('email.address.hour', 'somebody')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: refillMs,
    });
    await expect(limiter.take('email.address.hour', 'somebody else')).resolves.toBeUndefined();
    await expect(limiter.take('login.ip', 'somebody')).resolves.toBeUndefined();
    clock.advance(refillMs);
    await expect(limiter.take('email.address.hour', 'somebody')).resolves.toBeUndefined();
  });

  it('never lets more than a burst of concurrent guesses through', async () => {
    const { limiter } = setup();
    const outcomes = await Promise.allSettled(
      Array.from({ length: burst + 20 }, () => limiter.take('email.address.hour', 'attacked')),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(burst);
  });
});
