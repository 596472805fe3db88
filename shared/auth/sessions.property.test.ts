import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  aProfile,
  aSession,
  countingIds,
  instantBackoff,
  movableClock,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { AppError } from '../errors.ts';
import type { Identity } from './access-token.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoGate } from './dynamo-gate.ts';
import { dynamoSessionStore } from './dynamo-session-store.ts';
import { newSession } from './session.ts';

const database = testDatabase();
const ids = countingIds('ENDS');

const which = fc.nat({ max: 5 });
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), which, isLost: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('frame' as const), which, where: fc.nat({ max: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('call' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refresh' as const), which }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What is done at the same time, and then what is done after it. */
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 });

/** The same client, of which the next answer is lost after the work was done, if somebody says so. */
function forgetfulClient(client: DynamoDBDocumentClient) {
  let losesNext = false;
  const send = async (command: never) => {
    const answer = await client.send(command);
    if (!losesNext) return answer;
    losesNext = false;
    throw new Error('the answer was lost');
  };
  return {
    client: new Proxy(client, {
      get: (target, property) => (property === 'send' ? send : Reflect.get(target, property)),
    }),
    loseNext: () => {
      losesNext = true;
    },
  };
}

/** Somebody with one session, the two environments that their frames reach, and what is known of each session. */
async function somebody() {
  const clock = movableClock();
  const { tables } = database();
  const { client, loseNext } = forgetfulClient(database().client);
  const { authTable } = tables;
  const backoff = instantBackoff();
  const first = aSession({ userId: ids.user(), sessionId: ids.session() });
  const profile = aProfile(first.userId.toLowerCase().slice(2), { userId: first.userId });
  await dynamoAccountStore(client, tables, backoff).create({ profile, passwordHash: 'hash', session: first });
  const gates = [0, 1].map(() => dynamoGate({ client: database().client, authTable, clock }));
  const sessions = dynamoSessionStore({ client: database().client, authTable, clock, backoff });
  const ending = dynamoSessionStore({ client, authTable, clock, backoff });
  return {
    known: [first as Identity],
    sessions,
    async open() {
      const identity = { userId: first.userId, sessionId: ids.session() };
      await sessions.add(newSession(identity, 'secret', clock.now()));
      this.known.push(identity);
    },
    /** Like a client that repeats what it got no answer to. */
    async end({ userId, sessionId }: Identity, isLost: boolean) {
      if (isLost) loseNext();
      await ending.end(userId, [sessionId]).catch(() => ending.end(userId, [sessionId]));
    },
    async frame(identity: Identity, where: number): Promise<boolean> {
      try {
        await gates[where]?.admit(identity, 'message.send');
        return true;
      } catch (error) {
        if (error instanceof AppError && error.code === 'auth.session_ended') return false;
        throw error;
      }
    },
    /** Of two at the same time one is too late, and looks again. */
    async refresh(identity: Identity): Promise<boolean> {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        if (await this.rotate(identity)) return true;
      }
      return false;
    },
    async rotate(identity: Identity): Promise<boolean> {
      const session = await sessions.get(identity);
      if (!session) return false;
      const { expiresAt } = session;
      return await sessions.rotate(session, { refreshHash: ids.secret(), rotatedAt: clock.now(), expiresAt });
    },
  };
}

type Somebody = Awaited<ReturnType<typeof somebody>>;

/** The session that the step is about, and whether it was let through; undefined for a step that asks nothing. */
async function take(one: Step, world: Somebody): Promise<[Identity, boolean] | undefined> {
  if (one.kind === 'open') {
    await world.open();
    return undefined;
  }
  const identity = world.known[one.which % world.known.length];
  if (!identity) throw new Error('there is always a session');
  if (one.kind === 'end') {
    await world.end(identity, one.isLost);
    return undefined;
  }
  if (one.kind === 'frame') return [identity, await world.frame(identity, one.where)];
  if (one.kind === 'call') return [identity, await world.sessions.isLive(identity)];
  return [identity, await world.refresh(identity)];
}

it('[P8] refuses everything of a session from its end on, and nothing of a session before it', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (moments) => {
      const world = await somebody();
      const ended = new Set<string>();
      for (const moment of moments) {
        const about = world.known.length;
        const ending = new Set(
          moment.flatMap((one) =>
            one.kind === 'end' ? [world.known[one.which % about]?.sessionId ?? ''] : [],
          ),
        );
        const answers = await Promise.all(moment.map((one) => take(one, world)));
        const asked = answers.filter((answer) => answer !== undefined);
        for (const [{ sessionId }, isAdmitted] of asked) {
          if (ended.has(sessionId)) expect(isAdmitted).toBe(false);
          else if (!ending.has(sessionId)) expect(isAdmitted).toBe(true);
        }
        for (const sessionId of ending) ended.add(sessionId);
      }
    }),
    { seed: 20_261_121, numRuns: 60 },
  );
});
