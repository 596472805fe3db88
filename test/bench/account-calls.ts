import { logFileOf } from '../../localstack/cloud/state-folder.ts';
import { testPassword } from '../support/people.ts';
import type { AccountObservation } from './account-cost.ts';
import { signUp } from './account-latency.ts';
import type { ChildCloud } from './child-cloud.ts';
import { readLog, usage } from './observe.ts';
import { untilQuiet } from './quiet.ts';
import { type Viewers, viewersOf } from './viewers.ts';

interface Plan extends Pick<AccountObservation, 'name' | 'passwordHashes'> {
  /** One request; a round has one. */
  readonly run: (viewers: Viewers, person: SignedUp, serial: number) => Promise<unknown>;
}
type SignedUp = Awaited<ReturnType<typeof signUp>>;

const rounds = 20;
const warmUpRounds = 3;

const plans: readonly Plan[] = [
  { name: 'register, mail', passwordHashes: 1, run: (viewers, _, serial) => signUp(viewers, `new${serial}`) },
  {
    name: 'login',
    passwordHashes: 2,
    run: (viewers, { email }) => viewers.post('/auth/login', { email, password: testPassword }),
  },
  {
    name: 'refresh',
    passwordHashes: 0,
    run: (viewers, { refresh_token }) => viewers.post('/auth/refresh', { refresh_token }),
  },
  {
    name: 'ws-ticket',
    passwordHashes: 0,
    run: (viewers, { access_token: token }) =>
      viewers.call({ method: 'POST', path: '/auth/ws-ticket', token }),
  },
  {
    // Soon after the code of the sign-up: two of its four limits are in use, which costs a write each.
    name: 'code, mail',
    passwordHashes: 0,
    run: (viewers, { email }) => viewers.post('/auth/otp/request', { email, purpose: 'login' }, 202),
  },
  {
    name: 'GET /me',
    passwordHashes: 0,
    run: (viewers, { access_token: token }) => viewers.call({ method: 'GET', path: '/me', token }),
  },
];

/** Makes each kind of request through a tapped cloud, which it closes, and answers what each was seen to cost. */
export async function observeAccountCosts(cloud: ChildCloud): Promise<AccountObservation[]> {
  const people: SignedUp[] = [];
  const viewers = viewersOf(cloud);
  for (let count = 0; count < warmUpRounds + rounds; count += 1)
    people.push(await signUp(viewers, `known${count}`));
  const sightings = [];
  for (const plan of plans) sightings.push(await sight(cloud, viewers, plan, people));
  await cloud.close();
  const log = readLog(logFileOf(cloud.stateDir));
  return sightings.map(({ fromMs, toMs, ...sighting }) => {
    const entries = log.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
    return { ...sighting, ...usage(entries, cloud.memoryMb) };
  });
}

async function sight(
  cloud: ChildCloud,
  viewers: Viewers,
  { name, passwordHashes, run }: Plan,
  people: readonly SignedUp[],
) {
  const turns = people.map((person, serial) => () => run(viewers, person, serial));
  for (const turn of turns.slice(0, warmUpRounds)) await turn();
  await untilQuiet(cloud);
  await cloud.clear();
  const fromMs = Date.now();
  for (const turn of turns.slice(warmUpRounds)) {
    await turn();
    // What follows is not made cheaper by a batch: people do not sign up at the same time.
    await untilQuiet(cloud);
  }
  const toMs = Date.now();
  return { name, rounds, requests: 1, passwordHashes, calls: await cloud.records(), fromMs, toMs };
}
