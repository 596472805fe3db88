import { registerResponse, tokensResponse } from '../../events/account-contracts.ts';
import { testPassword } from '../support/people.ts';
import type { ChildCloud } from './child-cloud.ts';
import { type Distribution, distribution } from './histogram.ts';
import { type Viewers, viewersOf } from './viewers.ts';

export interface AccountLatency {
  readonly loginMs: Distribution;
  readonly refreshMs: Distribution;
}

const people = 20;
/** Of each person; fewer than the sessions that one may have. */
const loginsEach = 10;

/** One request after the other. */
export async function measureAccountLatency(cloud: ChildCloud): Promise<AccountLatency> {
  const viewers = viewersOf(cloud);
  const emails: string[] = [];
  for (let count = 0; count < people; count += 1)
    emails.push((await signUp(viewers, `latency${count}`)).email);
  const logins: number[] = [];
  const refreshes: number[] = [];
  for (let turn = 0; turn < loginsEach; turn += 1) {
    for (const email of emails) {
      const login = await viewers.post('/auth/login', { email, password: testPassword });
      const { refresh_token } = tokensResponse.parse(login.body);
      logins.push(login.ms);
      refreshes.push((await viewers.post('/auth/refresh', { refresh_token })).ms);
    }
  }
  // The first turn warms the road.
  return {
    loginMs: distribution(logins.slice(people)),
    refreshMs: distribution(refreshes.slice(people)),
  };
}

/** Somebody new, from a new place. */
export async function signUp(viewers: Viewers, handle: string) {
  const email = `${handle}@example.test`;
  const body = { email, password: testPassword, handle, display_name: handle };
  const answer = await viewers.post('/auth/register', body, 201);
  return { email, ...registerResponse.parse(answer.body) };
}
