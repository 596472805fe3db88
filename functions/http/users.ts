/** People: oneself, and finding others. */
import { findUsersQuery } from '../../events/http-contracts.ts';
import { AppError } from '../../shared/errors.ts';
import { findUsers } from '../../shared/users/find-users.ts';
import { meView } from '../../shared/users/user.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler, route } from '../lib/http.ts';

const env = environment('http/users');
const users = deps.users(env);

export const handler = httpHandler(
  {
    'GET /me': route({
      async run({ identity }) {
        const profile = await users.get(identity.userId);
        if (!profile) throw new AppError('user.not_found');
        return { status: 200, body: meView(profile) };
      },
    }),

    'GET /users': route({
      query: findUsersQuery,
      action: 'user.search',
      async run({ query }) {
        return { status: 200, body: { users: await findUsers(query.query, { users }) } };
      },
    }),
  },
  deps.authentication(env),
);
