import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { conversationUpdate } from '../../events/server-frames.ts';
import { blocksResponse, me, personResponse, usersResponse } from '../../events/user-contracts.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { directConversationId } from '../../shared/ids.ts';
import { dynamoUserStore } from '../../shared/users/dynamo-user-store.ts';
import { aConversation, instantBackoff, membershipsOf, userId } from '../../test/support/builders.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import { type SignedIn, signUp } from '../../test/support/in-memory-aws.ts';

const { database, gateway, call, somebody } = httpFunction(() => import('./users.ts'));
let anna: SignedIn;

const textOf = (data: unknown) => (typeof data === 'string' ? data : '');

async function erase(person: SignedIn): Promise<void> {
  const { client, tables } = database();
  const users = dynamoUserStore(client, tables.usersTable);
  const profile = await users.get(person.userId);
  if (!profile) throw new Error('there is nobody to erase');
  await users.erase(profile, '2026-03-01T12:00:00.000Z');
}

beforeAll(async () => {
  anna = await signUp(database(), 'anna');
  await signUp(database(), 'annabel');
});

describe('GET /me', () => {
  it('shows the caller to themselves, with the address', async () => {
    const answer = await call('GET /me', { token: anna.token });
    expect(me.parse(answer.body)).toMatchObject({
      user_id: anna.userId,
      handle: 'anna',
      email: 'anna@example.org',
    });
  });
});

describe('PATCH /me', () => {
  it('changes what is named, for everybody who looks', async () => {
    const person = await somebody();
    const body = { display_name: ' Q. Uincy ', handle: 'quincy', avatar: 'att_1', locale: 'de-AT' };
    const answer = await call('PATCH /me', { token: person.token, body });
    expect(answer.status).toBe(200);
    const expected = { display_name: 'Q. Uincy', handle: 'quincy', avatar: 'att_1' };
    expect(me.parse(answer.body)).toMatchObject({ ...expected, locale: 'de-AT', time_zone: null });
    expect((await call('GET /me', { token: person.token })).body).toEqual(answer.body);
    const path = { id: person.userId };
    const seen = personResponse.parse((await call('GET /users/{id}', { token: anna.token, path })).body);
    expect(seen).toEqual({ user_id: person.userId, ...expected });
    const found = await call('GET /users', { token: anna.token, query: { query: 'uincy' } });
    expect(usersResponse.parse(found.body).users).toEqual([seen]);
  });

  it('answers 409 for a handle that somebody has, or that nobody gets', async () => {
    const { token } = await somebody();
    for (const handle of ['anna', 'ANNABEL', 'support']) {
      const answer = await call('PATCH /me', { token, body: { handle } });
      expect(problem.parse(answer.body)).toMatchObject({ status: 409, code: 'auth.handle_taken' });
    }
  });

  it.each([
    {},
    { display_name: '' },
    { display_name: 'x'.repeat(65) },
    { handle: 'a b' },
    { handle: null },
    { avatar: '../secret' },
    { avatar: 'https://evil.example/x.png' },
    { locale: 'not a locale' },
    { time_zone: 'Mars/Olympus' },
    { display_name: { $ne: '' } },
    { email: 'other@example.org' },
    { user_id: userId('other'), email_verified: true, deleted_at: 'now' },
  ])('answers 400 for %j and changes nothing', async (body) => {
    const before = (await call('GET /me', { token: anna.token })).body;
    const answer = await call('PATCH /me', { token: anna.token, body });
    expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'request.invalid' });
    expect((await call('GET /me', { token: anna.token })).body).toEqual(before);
  });

  it('drops fields that are not the owner’s to change (API3, ASVS 15.3.3)', async () => {
    const { token } = await somebody();
    const before = me.parse((await call('GET /me', { token })).body);
    const body = { locale: 'en', email: 'x@example.org', email_verified: true, user_id: anna.userId };
    const after = me.parse((await call('PATCH /me', { token, body })).body);
    expect(after).toEqual({ ...before, locale: 'en' });
  });

  it('keeps what is hidden with the profile, and where pushes look', async () => {
    const person = await somebody();
    const { client, tables } = database();
    const connections = dynamoConnectionStore({ client, ...tables, clock: systemClock });
    await connections.open({ ...person, connectionId: 'of somebody shy' });
    const hidden = async () => (await connections.ofUsers([person.userId])).map(({ hides }) => hides);
    const patch = async (privacy: object) =>
      me.parse((await call('PATCH /me', { token: person.token, body: { privacy } })).body).privacy;
    expect(await patch({ read_receipts: false, typing: false })).toEqual({
      read_receipts: false,
      typing: false,
      presence: true,
    });
    expect(await hidden()).toEqual([['read_receipts', 'typing']]);
    await patch({ read_receipts: true, typing: true });
    expect(await hidden()).toEqual([undefined]);
  });

  it('is over with the account', async () => {
    const person = await somebody();
    await erase(person);
    for (const route of ['GET /me', 'PATCH /me']) {
      const answer = await call(route, { token: person.token, body: { locale: 'en' } });
      expect(problem.parse(answer.body)).toMatchObject({ status: 401, code: 'auth.session_ended' });
    }
  });
});

describe('GET /users/{id}', () => {
  const look = (id: string) => call('GET /users/{id}', { token: anna.token, path: { id } });

  it('shows a person as others may see them', async () => {
    const person = await somebody();
    const answer = await look(person.userId);
    expect(personResponse.parse(answer.body)).toMatchObject({ handle: person.handle });
    expect(answer.text).not.toContain('example.org');
  });

  it('[A2] answers alike for an erased, a missing and an impossible one', async () => {
    const person = await somebody();
    await erase(person);
    const impossible = ['x', '', 'u_', `${anna.userId}x`, 'PROFILE', '../me', '漢'.repeat(2_000), 'a\ud800'];
    const answers = await Promise.all([person.userId, userId('nobody'), ...impossible].map(look));
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.text).toBe(answers[0]?.text);
    }
    expect(problem.parse(answers[0]?.body).code).toBe('user.not_found');
  });
});

describe('blocks', () => {
  const blocks = async (token: string) =>
    blocksResponse.parse((await call('GET /me/blocks', { token })).body).users;
  const put = (token: string, id: string) =>
    call('PUT /me/blocks/{user_id}', { token, path: { user_id: id } });
  const remove = (token: string, id: string) =>
    call('DELETE /me/blocks/{user_id}', { token, path: { user_id: id } });

  it('are put, listed and taken back, each as often as one likes', async () => {
    const [one, two] = [await somebody(), await somebody()];
    expect(await blocks(one.token)).toEqual([]);
    for (let repeat = 0; repeat < 2; repeat += 1) expect((await put(one.token, two.userId)).status).toBe(204);
    expect(await blocks(one.token)).toMatchObject([{ user_id: two.userId, handle: two.handle }]);
    expect(await blocks(two.token)).toEqual([]);
    for (let repeat = 0; repeat < 2; repeat += 1)
      expect((await remove(one.token, two.userId)).status).toBe(204);
    expect(await blocks(one.token)).toEqual([]);
  });

  it('[B1] silence the conversation of the two, and show that to the devices of who blocks alone', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const { client, tables } = database();
    const conversations = dynamoConversationStore({ client, ...tables, backoff: instantBackoff() });
    const convoId = directConversationId(one.userId, other.userId);
    const members = [one.userId, other.userId];
    const conversation = aConversation({ convoId, type: 'direct', title: null, members });
    await conversations.create(conversation, membershipsOf(conversation, members));
    const connections = dynamoConnectionStore({ client, ...tables, clock: systemClock });
    for (const person of [one, other])
      await connections.open({ ...person, connectionId: `c-${person.userId}` });

    const path = { user_id: other.userId };
    for (const [route, silencedBy, count] of [
      ['PUT /me/blocks/{user_id}', [one.userId], 0],
      ['DELETE /me/blocks/{user_id}', undefined, 3],
    ] as const) {
      gateway.resetHistory();
      expect((await call(route, { token: one.token, path })).status).toBe(204);
      expect((await conversations.get(convoId))?.silencedBy).toEqual(silencedBy);
      const [push, ...more] = gateway.commandCalls(PostToConnectionCommand).map(({ args }) => args[0].input);
      expect(more).toEqual([]);
      expect(push?.ConnectionId).toBe(`c-${one.userId}`);
      const { conversation: shown } = conversationUpdate.parse(JSON.parse(textOf(push?.Data)));
      expect(shown.capabilities).toHaveLength(count);
    }
  });

  it('are not of oneself', async () => {
    const { token, userId: own } = await somebody();
    expect(problem.parse((await put(token, own)).body)).toMatchObject({
      status: 409,
      code: 'user.cannot_block',
    });
  });

  it('[A2] are of nobody who is not there', async () => {
    const [one, gone] = [await somebody(), await somebody()];
    await erase(gone);
    for (const id of [gone.userId, userId('nobody'), 'x', '漢'.repeat(2_000)]) {
      expect(problem.parse((await put(one.token, id)).body)).toMatchObject({
        status: 404,
        code: 'user.not_found',
      });
      expect((await remove(one.token, id)).status).toBe(204);
    }
    expect(await blocks(one.token)).toEqual([]);
  });
});

describe('GET /users', () => {
  const search = (query: Record<string, string>) => call('GET /users', { token: anna.token, query });

  it('finds people by the beginning of their names', async () => {
    const { users } = usersResponse.parse((await search({ query: '@ANNA' })).body);
    expect(users.map(({ handle }) => handle).sort()).toEqual(['anna', 'annabel']);
  });

  it('shows nobody the address of another', async () => {
    expect((await search({ query: 'anna' })).text).not.toContain('example.org');
  });

  it.each([{}, { query: '' }, { query: '  ' }, { query: 'x'.repeat(65) }])(
    'answers 400 for %j',
    async (query) => {
      const answer = await search(query as Record<string, string>);
      expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'request.invalid' });
    },
  );

  it.each(['%', '*', '.*', '#', 'a#b', '\u0000', '’; --', '漢字'])('finds nobody for %j', async (query) => {
    const answer = await search({ query });
    expect(answer.status).toBe(200);
    expect(usersResponse.parse(answer.body).users).toEqual([]);
  });

  it('answers half a character with anything but an error of ours', async () => {
    expect((await search({ query: 'a\ud800' })).status).toBeLessThan(500);
  });
});
