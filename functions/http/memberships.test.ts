import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import {
  bansResponse,
  conversationAnswer,
  membersResponse,
  memberView,
} from '../../events/membership-contracts.ts';
import { webhookDelivery } from '../../events/webhook-delivery.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { conversationKey } from '../../shared/conversations/conversation-keys.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { randomIds } from '../../shared/ids.ts';
import { aConversation, instantBackoff, membershipsOf } from '../../test/support/builders.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import { type HttpCall, pushedFrames, type SignedIn, signUp } from '../../test/support/in-memory-aws.ts';

const { database, gateway, sqs, call } = httpFunction(() => import('./memberships.ts'));
let anna: SignedIn;
let ben: SignedIn;
let cleo: SignedIn;
let eve: SignedIn;

beforeAll(async () => {
  [anna, ben, cleo, eve] = await Promise.all([
    signUp(database(), 'anna'),
    signUp(database(), 'ben'),
    signUp(database(), 'cleo'),
    signUp(database(), 'eve'),
  ]);
});

/** A group of Anna, who owns it, and Ben. */
async function group(): Promise<string> {
  const { client, tables } = database();
  const conversations = dynamoConversationStore({ client, ...tables, backoff: instantBackoff() });
  const members = [anna.userId, ben.userId];
  const conversation = aConversation({ convoId: randomIds.conversation(), members });
  await conversations.create(conversation, membershipsOf(conversation, members, anna.userId));
  return conversation.convoId;
}

const ask = (by: SignedIn, route: string, path: Record<string, string>, more: HttpCall = {}) =>
  call(route, { token: by.token, path, ...more });
const putMember = (by: SignedIn, id: string, who: string, body: object = {}) =>
  ask(by, 'PUT /conversations/{id}/members/{user_id}', { id, user_id: who }, { body });
async function codeOf(answer: ReturnType<typeof call>) {
  const { status, body } = await answer;
  const refusal = problem.parse(body);
  expect(refusal.status).toBe(status);
  return refusal.code;
}

describe('PUT and DELETE /conversations/{id}/members/{user_id}', () => {
  it('answers 201 for a newcomer and 200 for whoever is there, and tells the others', async () => {
    const id = await group();
    const { client, tables } = database();
    const connections = dynamoConnectionStore({ client, ...tables, clock: systemClock });
    await connections.open({ ...ben, connectionId: 'ben-1' });
    const first = await putMember(anna, id, cleo.userId);
    const again = await putMember(anna, id, cleo.userId);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(memberView.parse(again.body)).toMatchObject({ person: { handle: 'cleo' }, role: 'member' });
    expect(pushedFrames(gateway).map(([connectionId]) => connectionId)).toEqual(['ben-1']);
    await connections.close('ben-1');

    expect(memberView.parse((await putMember(anna, id, cleo.userId, { role: 'admin' })).body).role).toBe(
      'admin',
    );
    const all = await ask(cleo, 'GET /conversations/{id}/members', { id });
    expect(membersResponse.parse(all.body).members).toHaveLength(3);

    const path = { id, user_id: cleo.userId };
    expect((await ask(anna, 'DELETE /conversations/{id}/members/{user_id}', path)).status).toBe(204);
    expect((await ask(anna, 'DELETE /conversations/{id}/members/{user_id}', path)).status).toBe(204);
  });

  it('takes what cannot be a person for nobody, and an unknown role not at all', async () => {
    const id = await group();
    expect(await codeOf(putMember(anna, id, '../x'))).toBe('user.not_found');
    expect(await codeOf(putMember(anna, id, cleo.userId, { role: 'king' }))).toBe('request.invalid');
    expect(await codeOf(putMember(anna, '../x', cleo.userId))).toBe('conversation.not_found');
    const path = { id, user_id: '../x' };
    expect(await codeOf(ask(anna, 'DELETE /conversations/{id}/members/{user_id}', path))).toBe(
      'member.not_found',
    );
  });

  it('is done although nobody could be told', async () => {
    const id = await group();
    const { client, tables } = database();
    await client.send(
      new UpdateCommand({
        TableName: tables.conversationsTable,
        Key: conversationKey(id),
        UpdateExpression: 'SET webhook_ids = :ids',
        ExpressionAttributeValues: { ':ids': new Set(['wh_1']) },
      }),
    );
    sqs.on(SendMessageBatchCommand).rejects(new Error('no queue'));
    expect((await putMember(anna, id, cleo.userId)).status).toBe(201);
    sqs.on(SendMessageBatchCommand).resolves({ Failed: [] });
    expect((await ask(anna, 'POST /conversations/{id}/leave', { id })).status).toBe(409);
    expect((await ask(cleo, 'POST /conversations/{id}/leave', { id })).status).toBe(204);
    const [, last] = sqs.commandCalls(SendMessageBatchCommand).slice(-2);
    const [entry] = last?.args[0].input.Entries ?? [];
    expect(webhookDelivery.parse(JSON.parse(entry?.MessageBody ?? ''))).toMatchObject({
      webhook_id: 'wh_1',
      convo_id: id,
      events: [{ type: 'message.create', seq_no: 2, system: { code: 'member.left' } }],
    });
  });
});

describe('PATCH /conversations/{id}', () => {
  it('answers with the conversation as it is then', async () => {
    const id = await group();
    const body = { title: '  Crew ', topic: 'Boats', archived: true };
    const answer = await ask(anna, 'PATCH /conversations/{id}', { id }, { body });
    expect(conversationAnswer.parse(answer.body)).toMatchObject({
      title: 'Crew',
      topic: 'Boats',
      seq: 3,
      version: 4,
    });
    expect(await codeOf(ask(anna, 'PATCH /conversations/{id}', { id }, { body: { title: 'Club' } }))).toBe(
      'conversation.archived',
    );
  });

  it.each([
    ['nothing', {}],
    ['an empty title', { title: ' ' }],
    ['no title', { title: null }],
    ['a long topic', { topic: 'x'.repeat(251) }],
    ['an avatar that is no id', { avatar: 'https://example.org/x.png' }],
    ['an unknown setting', { posting: 'nobody' }],
  ])('refuses %s', async (_, body) => {
    expect(await codeOf(ask(anna, 'PATCH /conversations/{id}', { id: await group() }, { body }))).toBe(
      'request.invalid',
    );
  });
});

describe('bans', () => {
  it('are written, listed and lifted', async () => {
    const id = await group();
    const path = { id, user_id: eve.userId };
    const until = '2099-01-01T00:00:00.000Z';
    const put = (body: object) => ask(anna, 'PUT /conversations/{id}/bans/{user_id}', path, { body });
    expect((await put({ until, reason: 'noise' })).status).toBe(204);
    const list = async () =>
      bansResponse.parse((await ask(anna, 'GET /conversations/{id}/bans', { id })).body).bans;
    expect(await list()).toMatchObject([{ person: { handle: 'eve' }, until, reason: 'noise' }]);
    expect(await codeOf(put({ until: '2020-01-01T00:00:00.000Z' }))).toBe('request.invalid');
    expect(await codeOf(put({ until: 'tomorrow' }))).toBe('request.invalid');
    expect((await ask(anna, 'DELETE /conversations/{id}/bans/{user_id}', path)).status).toBe(204);
    expect(await list()).toEqual([]);
    const nobody = { id, user_id: 'x'.repeat(5_000) };
    expect((await ask(anna, 'DELETE /conversations/{id}/bans/{user_id}', nobody)).status).toBe(204);
  });
});

describe('mute', () => {
  it('lasts until its time, for good, or no longer', async () => {
    const id = await group();
    const until = '2099-01-01T00:00:00.000Z';
    const mutedUntil = async (route: string, body?: object) =>
      conversationAnswer.parse((await ask(ben, route, { id }, { body })).body).muted_until;
    expect(await mutedUntil('PUT /conversations/{id}/mute', { until })).toBe(until);
    expect(await mutedUntil('PUT /conversations/{id}/mute', { until: null })).toBe(
      '9999-12-31T23:59:59.999Z',
    );
    expect(await mutedUntil('DELETE /conversations/{id}/mute')).toBeNull();
  });
});
