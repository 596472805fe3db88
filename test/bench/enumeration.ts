import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import { bodyOf } from '../support/client.ts';
import { findOutbox } from '../support/outbox.ts';
import { signedIn } from '../support/people.ts';
import { signUp } from './account-latency.ts';
import type { ChildCloud } from './child-cloud.ts';
import { type Difference, difference } from './difference.ts';
import { type TimedAnswer, type Viewers, viewersOf } from './viewers.ts';

export interface EnumerationResult extends Difference {
  readonly route: string;
}

/** An address that somebody has proven, or that nobody has ever signed up with. */
type Address = string;
interface Probe {
  readonly route: string;
  readonly seconds: number;
  /** How often one address can be asked about; everything that an address may get in an hour is spent with care. */
  readonly usesOfAddress: number;
  readonly ask: (viewers: Viewers, address: Address, serial: number) => Promise<TimedAnswer>;
}

/** So many of each kind: a pair needs one of each. */
const addresses = 260;
/** Until what follows from a request is done, which would be another machine's work. */
const breathMs = 25;

const wrongPassword = 'not the password of anybody';

/** Signing up comes last: afterwards no address is unknown any more. */
const probes: readonly Probe[] = [
  {
    route: 'POST /auth/login, wrong password',
    seconds: 20,
    usesOfAddress: 3,
    ask: (viewers, email) => viewers.post('/auth/login', { email, password: wrongPassword }, 401),
  },
  {
    route: 'POST /auth/otp/request, login',
    seconds: 10,
    usesOfAddress: 1,
    ask: (viewers, email) => viewers.post('/auth/otp/request', { email, purpose: 'login' }, 202),
  },
  {
    route: 'POST /auth/password/forgot',
    seconds: 10,
    usesOfAddress: 1,
    ask: (viewers, email) => viewers.post('/auth/password/forgot', { email }, 202),
  },
  {
    route: 'POST /auth/register',
    seconds: 20,
    usesOfAddress: 1,
    ask: (viewers, email, serial) => {
      const body = { email, password: wrongPassword, handle: `probe${serial}`, display_name: 'Probe' };
      return viewers.post('/auth/register', body, 201);
    },
  },
];

/**
 * Asks about known and unknown addresses in turns, and compares the times. Both kinds have the same history: each got one
 * code before, so that what their limits remember is the same and only who they belong to differs.
 */
export async function measureEnumeration(cloud: ChildCloud): Promise<EnumerationResult[]> {
  const viewers = viewersOf(cloud);
  const known = await knownAddresses(cloud, viewers);
  const unknown = await unknownAddresses(viewers);
  const results: EnumerationResult[] = [];
  for (const probe of probes) {
    await timePairs(probe, { viewers, known: known.slice(-5), unknown: unknown.slice(-5) });
    const timed = await timePairs(probe, {
      viewers,
      known: known.slice(0, -5),
      unknown: unknown.slice(0, -5),
    });
    results.push({ route: probe.route, ...difference(timed) });
  }
  return results;
}

interface Pool {
  readonly viewers: Viewers;
  readonly known: readonly Address[];
  readonly unknown: readonly Address[];
}

let serial = 0;

async function timePairs({ seconds, usesOfAddress, ask }: Probe, { viewers, known, unknown }: Pool) {
  const pairs: (readonly [number, number])[] = [];
  const time = async (address: Address) => {
    serial += 1;
    const { ms } = await ask(viewers, address, serial);
    await pause(breathMs);
    return ms;
  };
  const endAt = performance.now() + seconds * 1_000;
  for (let turn = 0; turn < usesOfAddress * known.length && performance.now() < endAt; turn += 1) {
    const [a = '', b = ''] = [known[turn % known.length], unknown[turn % unknown.length]];
    // Either comes first as often: whatever follows from the first one meets the second.
    if (Math.random() < 0.5) {
      const knownMs = await time(a);
      pairs.push([knownMs, await time(b)]);
    } else {
      const unknownMs = await time(b);
      pairs.push([await time(a), unknownMs]);
    }
  }
  return pairs;
}

async function knownAddresses({ http }: ChildCloud, viewers: Viewers): Promise<Address[]> {
  const outbox = await findOutbox(http);
  if (!outbox) throw new Error('the cloud has no outbox');
  return await pMap(
    numbers(),
    async (number) => {
      const tokens = await signUp(viewers, `known${number}`);
      const { email } = tokens;
      const { challenge_id } = tokens.email_verification;
      const body = { email, purpose: 'verify', challenge_id, code: await outbox.code(email) };
      bodyOf(await signedIn(http, tokens).call('POST', '/auth/otp/verify', { body }));
      return email;
    },
    { concurrency: 3 },
  );
}

async function unknownAddresses(viewers: Viewers): Promise<Address[]> {
  return await pMap(
    numbers(),
    async (number) => {
      const email = `other${number}@example.test`;
      await viewers.post('/auth/otp/request', { email, purpose: 'login' }, 202);
      return email;
    },
    { concurrency: 3 },
  );
}

function numbers(): number[] {
  return Array.from({ length: addresses }, (_, index) => index);
}
