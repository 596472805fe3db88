import { beforeAll, describe, expect, it } from 'vitest';
import { conversationResponse, conversationsResponse } from '../../events/http-contracts.ts';
import { conversationUpdate } from '../../events/server-frames.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { userId } from '../../test/support/builders.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import { pushedFrames, type SignedIn, signUp } from '../../test/support/in-memory-aws.ts';

const { database, gateway, call, refusal } = httpFunction(() => import('./conversations.ts'));
let anna: SignedIn;
let ben: SignedIn;
let eve: SignedIn;

beforeAll(async () => {
  anna = await signUp(database(), 'anna');
  ben = await signUp(database(), 'ben');
  eve = await signUp(database(), 'eve');
});

async function opened(body: unknown, { token }: SignedIn = anna) {
  const answer = await call('POST /conversations', { token, body });
  return { status: answer.status, conversation: conversationResponse.parse(answer.body) };
}

const group = (title: string) => opened({ type: 'group', title, members: [ben.userId] });

describe('POST /conversations', () => {
  it('opens a direct conversation, 201 the first time and 200 after it', async () => {
    const first = await opened({ type: 'direct', members: [ben.userId] });
    const second = await opened({ type: 'direct', members: [anna.userId] }, ben);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.conversation.convo_id).toBe(first.conversation.convo_id);
    expect(first.conversation).toMatchObject({
      type: 'direct',
      title: null,
      seq: 0,
      unread: 0,
      members: [{ handle: 'anna' }, { handle: 'ben' }],
      last_message: null,
    });
  });

  it('shows it to the members who are connected, once', async () => {
    const { client, tables } = database();
    const connections = dynamoConnectionStore({ client, ...tables, clock: systemClock });
    await connections.open({ ...ben, connectionId: 'ben-1' });
    await opened({ type: 'direct', members: [ben.userId] }, eve);
    await opened({ type: 'direct', members: [ben.userId] }, eve);
    const pushed = pushedFrames(gateway);
    expect(pushed.map(([connectionId]) => connectionId)).toEqual(['ben-1']);
    expect(conversationUpdate.parse(pushed[0]?.[1]).conversation.member_count).toBe(2);
    await connections.close('ben-1');
  });

  it.each([
    ['no type', { members: [userId('x')] }],
    ['an unknown type', { type: 'room', members: [] }],
    ['no member', { type: 'direct', members: [] }],
    ['no title', { type: 'group', members: [] }],
    ['an empty title', { type: 'group', title: '  ', members: [] }],
    ['a long title', { type: 'group', title: 'x'.repeat(121), members: [] }],
    ['control characters', { type: 'group', title: 'a\u0000b', members: [] }],
    ['a member that is no id', { type: 'group', title: 'x', members: ['../x'] }],
    ['members that are no list', { type: 'group', title: 'x', members: 'everybody' }],
    ['too many members', { type: 'group', title: 'x', members: Array(1_001).fill(userId('x')) }],
  ])('answers 400 for %s', async (_, body) => {
    expect(await refusal('POST /conversations', { token: anna.token, body })).toMatchObject({
      status: 400,
      code: 'request.invalid',
    });
  });

  it('answers 404 for a person who does not exist', async () => {
    const body = { type: 'direct', members: [userId('nobody')] };
    expect(await refusal('POST /conversations', { token: anna.token, body })).toMatchObject({
      status: 404,
      code: 'user.not_found',
    });
  });
});

describe('GET /conversations', () => {
  it("lists the caller's own, page by page", async () => {
    const carl = await signUp(database(), 'carl');
    for (const title of ['one', 'two', 'three']) await opened({ type: 'group', title, members: [] }, carl);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { limit: '2', ...(cursor !== null && { cursor }) };
      const answer = await call('GET /conversations', { token: carl.token, query });
      const page = conversationsResponse.parse(answer.body);
      seen.push(...page.conversations.map(({ title }) => String(title)));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(['one', 'three', 'two']);
  });

  it.each(['0', '-1', '1.5', 'many', '', '1e3', '9'.repeat(20)])(
    'answers 400 for limit=%s',
    async (limit) => {
      expect(await refusal('GET /conversations', { token: anna.token, query: { limit } })).toMatchObject({
        status: 400,
        code: 'request.invalid',
      });
    },
  );

  it('gives as many as there may be to who asks for more', async () => {
    const query = { limit: '100000' };
    expect((await call('GET /conversations', { token: anna.token, query })).status).toBe(200);
  });

  // A cursor goes into a key of DynamoDB as it is.
  it.each(['\ud800', 'x'.repeat(1_024)])('answers %.5j for a cursor with 400', async (cursor) => {
    expect(await refusal('GET /conversations', { token: anna.token, query: { cursor } })).toMatchObject({
      status: 400,
    });
  });
});

describe('GET /conversations/{id}', () => {
  it('shows one to its member', async () => {
    const { conversation } = await group('mine');
    const answer = await call('GET /conversations/{id}', {
      token: ben.token,
      path: { id: conversation.convo_id },
    });
    expect(conversationResponse.parse(answer.body)).toMatchObject({ title: 'mine', member_count: 2 });
  });

  it('[A2] answers for a foreign one as for a missing one, and as for what is no id', async () => {
    const { conversation } = await group('secret');
    for (const route of [
      'GET /conversations/{id}',
      'GET /conversations/{id}/messages',
      'GET /conversations/{id}/messages/{seq_no}/versions',
      'GET /conversations/{id}/changes',
      'GET /conversations/{id}/pins',
      'GET /conversations/{id}/receipts',
      'POST /conversations/{id}/messages',
    ]) {
      const answers = [];
      for (const id of [conversation.convo_id, `c_${'0'.repeat(26)}`, '../x', '']) {
        const path = { id, seq_no: '1' };
        const body = { client_msg_id: 'client-1', content: 'hello' };
        answers.push(await refusal(route, { token: eve.token, path, query: { since_rev: '0' }, body }));
      }
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]).toMatchObject({ status: 404, code: 'conversation.not_found' });
    }
  });
});
