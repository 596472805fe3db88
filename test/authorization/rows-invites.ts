/** Rooms, invitations and links. Who of the members may what is seen in shared/invites and test/flows/invites.test.ts. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conversationKey, membershipKey } from '../../shared/conversations/conversation-keys.ts';
import { randomIds, sha256 } from '../../shared/ids.ts';
import { dynamoInviteStore } from '../../shared/invites/dynamo-invite-store.ts';
import { instantBackoff } from '../support/builders.ts';
import { conversations, refusedBut } from './objects.ts';
import type { ObjectRow, Outcome, OwnRow } from './rows.ts';
import type { Person, World } from './world.ts';

async function set({ database: { client, tables } }: World, Key: object, name: string, value: string) {
  await client.send(
    new UpdateCommand({
      TableName: tables.conversationsTable,
      Key: { ...Key },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

/** A group that the first of them owns. */
async function owned(world: World, owner: Person, ...others: Person[]): Promise<string> {
  const convoId = await world.conversation(owner, ...others);
  await set(world, membershipKey(owner.userId, convoId), 'role', 'owner');
  return convoId;
}

async function invited(world: World, person: Person): Promise<string> {
  const inviter = await world.person();
  const convoId = await owned(world, inviter);
  const { client, tables } = world.database;
  const invite = {
    convoId,
    userId: person.userId,
    role: 'member',
    invitedBy: inviter.userId,
    createdAt: new Date().toISOString(),
  } as const;
  const store = dynamoInviteStore({ client, ...tables, backoff: instantBackoff() });
  const outcome = await store.put(invite, undefined, { userId: inviter.userId, role: 'owner' }, Date.now());
  if (outcome !== 'written') throw new Error(outcome);
  return convoId;
}

/** A link to somebody else's group; the token. */
async function linked(world: World, uses: number): Promise<string> {
  const creator = await world.person();
  const convoId = await owned(world, creator);
  const token = randomIds.secret();
  const tokenHash = sha256(token);
  const { client, tables } = world.database;
  await dynamoInviteStore({ client, ...tables, backoff: instantBackoff() }).putLink(
    {
      convoId,
      linkId: `l_${tokenHash.slice(0, 26)}`,
      tokenHash,
      role: 'member',
      uses,
      maxUses: 1,
      expiresAt: Math.floor(Date.now() / 1_000) + 60,
      createdBy: creator.userId,
      createdAt: new Date().toISOString(),
    },
    { userId: creator.userId, role: 'owner' },
  );
  return token;
}

const kinds = {
  ...conversations,
  own: async (world: World, caller: Person) => owned(world, caller, await world.person()),
  'of a plain member': conversations.own,
};
/** For those who may invite. */
const ofInviters = (outcome: Outcome) => ({
  ...refusedBut({ own: outcome }, 'conversation.not_found'),
  'of a plain member': 'conversation.forbidden' as const,
});

const invitations = {
  own: invited,
  foreign: async (world: World) => invited(world, await world.person()),
  'with oneself in it': conversations.own,
  'declined by another': conversations.foreign,
  missing: conversations.missing,
  malformed: conversations.malformed,
  'of another type': conversations['of another type'],
};
const links = {
  own: (world: World) => linked(world, 0),
  'used up': (world: World) => linked(world, 1),
  missing: async () => randomIds.secret(),
  malformed: async () => '../x',
  'of another type': conversations.own,
};
const ofLinks = { ...refusedBut({ own: 200 }, 'invite.not_found'), 'used up': 'invite.not_found' as const };

export const inviteRoutes = {
  'GET /rooms': { request: () => ({ query: { query: 'a' } }), outcome: 200 },
  'POST /conversations/{id}/join': {
    objects: {
      ...conversations,
      room: async (world: World) => {
        const convoId = await world.conversation(await world.person());
        await set(world, conversationKey(convoId), 'type', 'room');
        return convoId;
      },
    },
    request: (id) => ({ path: { id } }),
    // Only rooms are joined: a group looks like nothing, even to its members.
    outcomes: { ...refusedBut({ own: 'conversation.not_found' }, 'conversation.not_found'), room: 200 },
  },

  'POST /conversations/{id}/invites': {
    objects: kinds,
    request: (id) => ({ path: { id }, body: { user_id: randomIds.user() } }),
    // There is nobody to invite; that somebody is invited is seen in test/flows/invites.test.ts.
    outcomes: ofInviters('user.not_found'),
  },
  'GET /conversations/{id}/invites': {
    objects: kinds,
    request: (id) => ({ path: { id } }),
    outcomes: ofInviters(200),
  },
  'DELETE /conversations/{id}/invites/{user_id}': {
    objects: kinds,
    request: (id) => ({ path: { id, user_id: randomIds.user() } }),
    outcomes: ofInviters(204),
  },
  'GET /me/invites': { request: () => ({}), outcome: 200 },
  'POST /me/invites/{convo_id}/accept': {
    objects: invitations,
    request: (convo_id) => ({ path: { convo_id } }),
    outcomes: {
      ...refusedBut({ own: 200 }, 'invite.not_found'),
      'with oneself in it': 200,
      'declined by another': 'invite.not_found',
    },
  },
  'POST /me/invites/{convo_id}/decline': {
    objects: invitations,
    request: (convo_id) => ({ path: { convo_id }, body: {} }),
    outcomes: {
      ...refusedBut({ own: 204 }, 'invite.not_found'),
      'with oneself in it': 'invite.not_found',
      'declined by another': 'invite.not_found',
    },
  },
  'POST /conversations/{id}/invite-links': {
    objects: kinds,
    request: (id) => ({ path: { id }, body: {} }),
    outcomes: ofInviters(201),
  },
  'GET /conversations/{id}/invite-links': {
    objects: kinds,
    request: (id) => ({ path: { id } }),
    outcomes: ofInviters(200),
  },
  'DELETE /conversations/{id}/invite-links/{link_id}': {
    objects: kinds,
    request: (id) => ({ path: { id, link_id: 'l_none' } }),
    outcomes: ofInviters(204),
  },
  'GET /invite-links/{token}': {
    objects: links,
    request: (token) => ({ path: { token } }),
    outcomes: ofLinks,
  },
  'POST /invite-links/{token}/accept': {
    objects: links,
    request: (token) => ({ path: { token } }),
    outcomes: ofLinks,
  },
} as const satisfies Record<string, ObjectRow | OwnRow>;
