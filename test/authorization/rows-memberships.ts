/** Who is in a conversation, and what it is called. Who of the members may what is seen in shared/conversations. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { membershipKey, rosterKey } from '../../shared/conversations/conversation-keys.ts';
import { conversations, people, refusedBut } from './objects.ts';
import type { ObjectRow, Outcome } from './rows.ts';
import type { Person, World } from './world.ts';

/** A group that the first of them owns. */
async function owned(world: World, owner: Person, ...others: Person[]): Promise<string> {
  const convoId = await world.conversation(owner, ...others);
  const { client, tables } = world.database;
  for (const key of [membershipKey(owner.userId, convoId), rosterKey(convoId, owner.userId)]) {
    await client.send(
      new UpdateCommand({
        TableName: tables.conversationsTable,
        Key: key,
        UpdateExpression: 'SET #role = :owner',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':owner': 'owner' },
      }),
    );
  }
  return convoId;
}

const groups = { ...conversations, owned: async (world: World, caller: Person) => owned(world, caller) };
const byId = (id: string) => ({ path: { id } });
/** Everybody in it may; or only whoever rules there. */
const ofMembers = (outcome: Outcome) =>
  refusedBut({ own: outcome, owned: outcome }, 'conversation.not_found');
const ofRulers = (outcome: Outcome) =>
  refusedBut({ own: 'conversation.forbidden', owned: outcome }, 'conversation.not_found');

/** A conversation and a person, of each kind the ones with the other in order. */
const pairs = {
  ...Object.fromEntries(
    Object.entries(conversations).map(([kind, make]) => [
      kind,
      async (world: World, caller: Person) => `${await make(world, caller)} ${(await world.person()).userId}`,
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(people).map(([kind, make]) => [
      `owned, ${kind}`,
      async (world: World, caller: Person) => `${await owned(world, caller)} ${await make(world)}`,
    ]),
  ),
  'owned, member': async (world: World, caller: Person) => {
    const member = await world.person();
    return `${await owned(world, caller, member)} ${member.userId}`;
  },
};
const byPair = (pair: string) => {
  const [id = '', user_id = ''] = pair.split(' ');
  return { path: { id, user_id } };
};
/** @param nobody the answer of an owner for somebody who is not there, in the order of `people`. */
const ofPairs = (member: Outcome, other: Outcome, nobody: Outcome): Record<string, Outcome> => ({
  ...refusedBut({ own: 'conversation.forbidden' }, 'conversation.not_found'),
  'owned, other': other,
  'owned, missing': nobody,
  'owned, malformed': nobody,
  'owned, of another type': nobody,
  'owned, member': member,
});

export const membershipRoutes = {
  'PATCH /conversations/{id}': {
    objects: groups,
    request: (id) => ({ ...byId(id), body: { title: 'Another' } }),
    outcomes: ofRulers(200),
  },
  'GET /conversations/{id}/members': { objects: groups, request: byId, outcomes: ofMembers(200) },
  'PUT /conversations/{id}/members/{user_id}': {
    objects: pairs,
    request: (pair) => ({ ...byPair(pair), body: {} }),
    outcomes: ofPairs(200, 201, 'user.not_found'),
  },
  'DELETE /conversations/{id}/members/{user_id}': {
    objects: pairs,
    request: byPair,
    outcomes: ofPairs(204, 'member.not_found', 'member.not_found'),
  },
  'POST /conversations/{id}/leave': {
    objects: groups,
    request: byId,
    // Alone in it, its owner may go; who left has left.
    outcomes: { ...ofMembers(204), left: 204 },
  },
  'GET /conversations/{id}/bans': { objects: groups, request: byId, outcomes: ofRulers(200) },
  'PUT /conversations/{id}/bans/{user_id}': {
    objects: pairs,
    request: (pair) => ({ ...byPair(pair), body: {} }),
    outcomes: ofPairs(204, 204, 'user.not_found'),
  },
  'DELETE /conversations/{id}/bans/{user_id}': {
    objects: pairs,
    request: byPair,
    // Nobody is banned afterwards: that is so for whoever never was.
    outcomes: ofPairs(204, 204, 204),
  },
  'PUT /conversations/{id}/mute': {
    objects: groups,
    request: (id) => ({ ...byId(id), body: { until: null } }),
    outcomes: ofMembers(200),
  },
  'DELETE /conversations/{id}/mute': { objects: groups, request: byId, outcomes: ofMembers(200) },
} as const satisfies Record<string, ObjectRow>;
