/** The function that people register and sign in with, and people who have. */
import { registerResponse } from '../../events/account-contracts.ts';
import { accountEvent } from '../../events/account-event.ts';
import { httpFunction } from './http-function.ts';
import { testPassword } from './people.ts';

export type Registered = Awaited<ReturnType<ReturnType<typeof authFunction>['registered']>>;

/** For the whole of a test file, to be called once at its top. */
export function authFunction() {
  const { queued, ...world } = httpFunction(() => import('../../functions/http/auth.ts'));
  let count = 0;

  /** What somebody sends who is new here. */
  function newcomer(more: Record<string, unknown> = {}) {
    count += 1;
    return {
      email: `person${count}@example.org`,
      password: testPassword,
      handle: `person${count}`,
      display_name: `Person ${count}`,
      ...more,
    };
  }

  return {
    ...world,
    newcomer,
    /** What is in the queue, held against the contract. */
    queued: () => queued(accountEvent),
    registered: async (more: Record<string, unknown> = {}) => {
      const body = newcomer(more);
      const answer = await world.call('POST /auth/register', { body });
      return { ...body, tokens: registerResponse.parse(answer.body) };
    },
  };
}
