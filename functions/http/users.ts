/** People: oneself, finding others, and whom one does not want to hear from. */
import { userId } from '../../events/client-frames.ts';
import { blockedPeople, blockPerson, unblockPerson } from '../../shared/blocks/block-person.ts';
import { showSilence } from '../../shared/blocks/show-silence.ts';
import { systemClock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { findUsers } from '../../shared/users/find-users.ts';
import { copyPrivacy, ownProfile, updateProfile } from '../../shared/users/update-profile.ts';
import { meView } from '../../shared/users/user.ts';
import { viewPerson } from '../../shared/users/view-person.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/users');
const users = deps.users(env);
const blocks = deps.blocks(env);
const blockDeps = { blocks, silence: deps.silence(env), clock: systemClock };
const showDeps = {
  conversations: deps.conversations(env),
  users,
  connections: deps.connections(env),
  gateway: deps.sockets(env),
};
const privacyCopy = deps.privacyCopy(env);

export const handler = httpHandler(
  {
    'GET /me': {
      async run({ identity }) {
        return { status: 200, body: meView(await ownProfile(identity.userId, { users })) };
      },
    },

    'PATCH /me': {
      action: 'profile.update',
      async run({ identity, body }) {
        const profile = await updateProfile(identity.userId, body, { users });
        if (body.privacy) await copyPrivacy(identity.userId, { users, privacyCopy });
        return { status: 200, body: meView(profile) };
      },
    },

    'GET /me/blocks': {
      action: 'user.view',
      async run({ identity }) {
        return { status: 200, body: { users: await blockedPeople(identity.userId, { blocks, users }) } };
      },
    },

    'PUT /me/blocks/{user_id}': {
      action: 'block.change',
      async run({ identity, path }) {
        const blocked = personIn(path.user_id);
        await blockPerson(identity.userId, blocked, blockDeps);
        await showSilence(identity.userId, blocked, showDeps);
        return { status: 204 };
      },
    },

    'DELETE /me/blocks/{user_id}': {
      action: 'block.change',
      async run({ identity, path }) {
        const blocked = userId.safeParse(path.user_id);
        if (!blocked.success) return { status: 204 };
        await unblockPerson(identity.userId, blocked.data, blockDeps);
        await showSilence(identity.userId, blocked.data, showDeps);
        return { status: 204 };
      },
    },

    'GET /users': {
      action: 'user.search',
      async run({ query }) {
        return { status: 200, body: { users: await findUsers(query.query, { users }) } };
      },
    },

    'GET /users/{id}': {
      action: 'user.view',
      async run({ path }) {
        return { status: 200, body: await viewPerson(personIn(path.id), { users }) };
      },
    },
  },
  deps.authentication(env),
);

/** The id in the path. Text that cannot be one answers as a missing person does: nothing is told apart. */
function personIn(id: string | undefined): string {
  const parsed = userId.safeParse(id);
  if (!parsed.success) throw new AppError('user.not_found');
  return parsed.data;
}
