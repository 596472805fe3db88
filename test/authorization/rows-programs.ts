/** Bots and webhooks. What a bot itself may do is seen in functions/lib/http-bots.test.ts, for every route that there is. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoBotStore } from '../../shared/bots/dynamo-bot-store.ts';
import { createBot } from '../../shared/bots/manage-bots.ts';
import { systemClock } from '../../shared/clock.ts';
import { membershipKey } from '../../shared/conversations/conversation-keys.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { randomIds } from '../../shared/ids.ts';
import { dynamoWebhookStore } from '../../shared/webhooks/dynamo-webhook-store.ts';
import { randomWebhookId } from '../../shared/webhooks/webhook.ts';
import { instantBackoff } from '../support/builders.ts';
import { conversations, refusedBut } from './objects.ts';
import type { HttpRow, ObjectRow, Outcome } from './rows.ts';
import type { Person, World } from './world.ts';

const deps = ({ database: { client, tables } }: World) => ({ client, ...tables, backoff: instantBackoff() });

async function botOf(world: World, ownerId: string): Promise<string> {
  const request = { handle: `b${randomIds.secret().slice(0, 12).toLowerCase()}`, display_name: 'Bot' };
  const stores = { bots: dynamoBotStore(deps(world)), ids: randomIds, clock: systemClock };
  return (await createBot(ownerId, request, stores)).bot.user_id;
}

const bots = {
  own: async (world: World, caller: Person) => botOf(world, caller.userId),
  foreign: async (world: World) => botOf(world, (await world.person()).userId),
  missing: async () => randomIds.user(),
  malformed: async () => 'u_',
  'of another type': async (_: World, caller: Person) => caller.userId,
};

async function owned(world: World, owner: Person): Promise<string> {
  const convoId = await world.conversation(owner, await world.person());
  await world.database.client.send(
    new UpdateCommand({
      TableName: world.database.tables.conversationsTable,
      Key: membershipKey(owner.userId, convoId),
      UpdateExpression: 'SET #role = :owner',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':owner': 'owner' },
    }),
  );
  return convoId;
}

const kinds: ObjectRow['objects'] = {
  ...conversations,
  own: owned,
  'of a plain member': conversations.own,
};

/** A conversation and one of its webhooks. */
async function withWebhook(world: World, convoId: string): Promise<string> {
  const conversation = await dynamoConversationStore(deps(world)).get(convoId);
  if (!conversation) return `${convoId} ${randomWebhookId()}`;
  const webhook = {
    webhookId: randomWebhookId(),
    convoId,
    url: 'https://hooks.example.org/',
    events: ['message.create'],
    createdBy: conversation.shownMembers[0] ?? '',
    createdAt: new Date().toISOString(),
    state: 'enabled',
    failures: 0,
    sealedSecret: 'sealed',
  } as const;
  await dynamoWebhookStore(deps(world)).add(webhook, conversation);
  return `${convoId} ${webhook.webhookId}`;
}

const webhooks: ObjectRow['objects'] = {
  ...Object.fromEntries(
    Object.entries(kinds).map(([kind, make]) => [
      kind,
      async (world: World, caller: Person) => withWebhook(world, await make(world, caller)),
    ]),
  ),
  'of another conversation': async (world, caller) => {
    const [, webhookId] = (await withWebhook(world, await owned(world, await world.person()))).split(' ');
    return `${await owned(world, caller)} ${webhookId}`;
  },
  'not there': async (world, caller) => `${await owned(world, caller)} ${randomWebhookId()}`,
  'no webhook at all': async (world, caller) => `${await owned(world, caller)} META`,
};

const ofManagers = (outcome: Outcome) => ({
  ...refusedBut({ own: outcome }, 'conversation.not_found'),
  'of a plain member': 'conversation.forbidden' as const,
});
const ofWebhooks = (outcome: Outcome, missing: Outcome = 'webhook.not_found') => ({
  ...ofManagers(outcome),
  'of another conversation': missing,
  'not there': missing,
  'no webhook at all': missing,
});
const at = (object: string) => {
  const [id = '', webhook_id = ''] = object.split(' ');
  return { path: { id, webhook_id } };
};

export const programRoutes = {
  'POST /bots': {
    request: () => ({
      body: { handle: `h${randomIds.secret().slice(0, 12).toLowerCase()}`, display_name: 'H' },
    }),
    outcome: 201,
  },
  'GET /bots': { request: () => ({}), outcome: 200 },
  'POST /bots/{id}/token': {
    objects: bots,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 200 }, 'bot.not_found'),
  },
  'DELETE /bots/{id}': {
    objects: bots,
    request: (id) => ({ path: { id } }),
    outcomes: refusedBut({ own: 204 }, 'bot.not_found'),
  },
  'POST /conversations/{id}/webhooks': {
    objects: kinds,
    request: (id) => ({ path: { id }, body: { url: 'https://hooks.example.org/' } }),
    outcomes: ofManagers(201),
  },
  'GET /conversations/{id}/webhooks': {
    objects: kinds,
    request: (id) => ({ path: { id } }),
    outcomes: ofManagers(200),
  },
  'DELETE /conversations/{id}/webhooks/{webhook_id}': {
    objects: webhooks,
    request: at,
    outcomes: ofWebhooks(204, 204),
  },
  'POST /conversations/{id}/webhooks/{webhook_id}/enable': {
    objects: webhooks,
    request: at,
    outcomes: ofWebhooks(200),
  },
  'POST /conversations/{id}/webhooks/{webhook_id}/secret': {
    objects: webhooks,
    request: at,
    outcomes: ofWebhooks(200),
  },
  'GET /conversations/{id}/webhooks/{webhook_id}/attempts': {
    objects: webhooks,
    request: at,
    outcomes: ofWebhooks(200),
  },
  'POST /conversations/{id}/webhooks/{webhook_id}/replay': {
    objects: webhooks,
    request: (object) => ({ ...at(object), body: { since_seq: 0 } }),
    outcomes: ofWebhooks(202),
  },
} as const satisfies Record<string, HttpRow>;
