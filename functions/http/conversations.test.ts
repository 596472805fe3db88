import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  changesResponse,
  conversationResponse,
  conversationsResponse,
  historyResponse,
  pinsResponse,
  problem,
  receiptsResponse,
  versionsResponse,
} from '../../events/http-contracts.ts';
import { messageAccepted } from '../../events/message-accepted.ts';
import { conversationUpdate } from '../../events/server-frames.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import { aConversation, aNewChange, aNewMessage, userId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import {
  type HttpCall,
  httpCaller,
  pushedFrames,
  type SignedIn,
  signUp,
  stubEnvironment,
} from '../../test/support/in-memory-aws.ts';

const database = testDatabase();
const gateway = mockClient(ApiGatewayManagementApiClient);
const sqs = mockClient(SQSClient);
let call: ReturnType<typeof httpCaller>;
let anna: SignedIn;
let ben: SignedIn;
let eve: SignedIn;

beforeAll(async () => {
  stubEnvironment(database());
  call = httpCaller((await import('./conversations.ts')).handler);
  anna = await signUp(database(), 'anna');
  ben = await signUp(database(), 'ben');
  eve = await signUp(database(), 'eve');
});

beforeEach(() => {
  gateway.reset();
  gateway.on(PostToConnectionCommand).resolves({});
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
});

const queued = () =>
  sqs
    .commandCalls(SendMessageCommand)
    .map(({ args: [{ input }] }) => messageAccepted.parse(JSON.parse(input.MessageBody ?? '')));

async function refusal(route: string, request: HttpCall) {
  const answer = await call(route, request);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const { status, code, detail } = problem.parse(answer.body);
  expect(status).toBe(answer.status);
  return { status, code, detail };
}

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

/** A group of Anna and Ben with so many messages of hers. */
async function withMessages(count: number) {
  const { client, tables } = database();
  const { conversation } = await group(`with ${count}`);
  const convoId = conversation.convo_id;
  const batch = Array.from({ length: count }, (_, index) =>
    aNewMessage({ convoId, seq: index + 1, senderId: anna.userId }),
  );
  const messages = dynamoMessageStore({ client, ...tables });
  await messages.commit(aConversation({ convoId }), batch);
  return { convoId, batch, messages };
}

describe('GET /conversations/{id}/messages', () => {
  async function reader(count: number) {
    const { convoId } = await withMessages(count);
    return async (query: Record<string, string>) =>
      await call('GET /conversations/{id}/messages', { token: ben.token, path: { id: convoId }, query });
  }

  it('[Y4] pages through the history', async () => {
    const read = await reader(5);
    expect(historyResponse.parse((await read({ since_seq: '1', limit: '2' })).body)).toMatchObject({
      messages: [{ seq_no: 2 }, { seq_no: 3 }],
      last_seq: 5,
      has_more: true,
    });
    expect(historyResponse.parse((await read({ before_seq: '3' })).body)).toMatchObject({
      messages: [{ seq_no: 1 }, { seq_no: 2 }],
      has_more: false,
    });
    expect(historyResponse.parse((await read({ around_seq: '3', limit: '3' })).body)).toMatchObject({
      messages: [{ seq_no: 2 }, { seq_no: 3 }, { seq_no: 4 }],
      has_more: true,
    });
  });

  it.each([
    { since_seq: '-1' },
    { since_seq: 'x' },
    { since_seq: '9007199254740993' },
    { before_seq: '1.5' },
    { limit: '0' },
    { since_seq: '1', before_seq: '3' },
    { around_seq: '2', before_seq: '3' },
    { around_seq: '-1' },
    { since_seq: '1,2' },
  ])('answers 400 for %j', async (query) => {
    const read = await reader(1);
    expect(problem.parse((await read(query as Record<string, string>)).body)).toMatchObject({
      status: 400,
      code: 'request.invalid',
    });
  });
});

describe('POST /conversations/{id}/messages', () => {
  const path = async () => ({ id: (await group('for a script')).conversation.convo_id });
  const hello = { client_msg_id: 'client-1', content: 'from a script' };

  it('[S10] queues the message as a socket would, and says that it is on its way', async () => {
    const body = { ...hello, reply_to: 2, mentions: [ben.userId], sender_id: ben.userId };
    const where = await path();
    const answer = await call('POST /conversations/{id}/messages', { token: anna.token, path: where, body });
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted', client_msg_id: 'client-1' } });
    expect(queued()).toEqual([
      {
        name: 'message.accepted',
        version: 1,
        convo_id: where.id,
        sender_id: anna.userId,
        session_id: anna.sessionId,
        connection_id: '',
        client_msg_id: 'client-1',
        content: 'from a script',
        reply_to: 2,
        mentions: [ben.userId],
        accepted_at_ms: expect.any(Number),
        request_id: 'request-1',
      },
    ]);
  });

  it.each([
    ['no client_msg_id', { client_msg_id: undefined }],
    ['a client_msg_id with a #', { client_msg_id: 'a#b' }],
    ['no content', { content: undefined }],
    ['an empty content', { content: ' ' }],
    ['8,001 characters', { content: 'x'.repeat(8_001) }],
    ['a NUL', { content: 'a\u0000b' }],
    ['attachments', { attachments: [{}] }],
    ['a mention by name', { mentions: ['ben'] }],
    ['a reply to no number', { reply_to: '2' }],
  ])('[S2][S3] answers 400 for %s, and queues nothing', async (_, more) => {
    const body = { ...hello, ...more };
    expect(
      await refusal('POST /conversations/{id}/messages', { token: anna.token, path: await path(), body }),
    ).toMatchObject({ status: 400, code: 'request.invalid' });
    expect(queued()).toEqual([]);
  });

  it('[S6] says that it was not accepted when SQS does not take it', async () => {
    sqs.on(SendMessageCommand).rejects(new Error('Rate exceeded'));
    expect(
      await refusal('POST /conversations/{id}/messages', {
        token: anna.token,
        path: await path(),
        body: hello,
      }),
    ).toMatchObject({ status: 503, code: 'unavailable' });
  });
});

describe('what became of messages', () => {
  /** Anna edits her second message and pins it; nothing else changes. */
  async function withChanges() {
    const { convoId, batch, messages } = await withMessages(3);
    const [, second] = batch;
    if (!second) throw new Error('there are three');
    const at = '2026-03-01T13:00:00.000Z';
    const changed = { ...second.message, content: 'better', editedAt: at, rev: 2, pinned: true } as const;
    const entries = [aNewChange(second.message, 1), aNewChange(second.message, 2)];
    const outcome = await messages.commit(aConversation({ convoId, seq: 3 }), entries, {
      changed: [changed],
      log: [
        { rev: 1, seq: 2 },
        { rev: 2, seq: 2 },
      ],
      formerTexts: new Map([[2, [{ content: 'text 2', createdAt: second.message.createdAt }]]]),
      pins: [2],
    });
    expect(outcome).toEqual({ kind: 'committed' });
    return async (route: string, more: HttpCall = {}) =>
      await call(`GET /conversations/{id}/${route}`, {
        token: ben.token,
        ...more,
        path: { id: convoId, ...more.path },
      });
  }

  it('[Y7] GET …/changes gives it since a change number', async () => {
    const read = await withChanges();
    const changes = async (query: Record<string, string>) =>
      changesResponse.parse((await read('changes', { query })).body);
    expect(await changes({ since_rev: '0' })).toMatchObject({
      messages: [{ seq_no: 2, content: 'better', rev: 2 }],
      rev: 2,
      last_rev: 2,
      has_more: false,
    });
    expect(await changes({ since_rev: '0', limit: '1' })).toMatchObject({ rev: 1, has_more: true });
    expect(await changes({ since_rev: '2' })).toMatchObject({ messages: [], rev: 2, has_more: false });
  });

  it.each([{}, { since_rev: '-1' }, { since_rev: 'x' }, { since_rev: '0', limit: '0' }])(
    '[Y7] GET …/changes answers 400 for %j',
    async (query) => {
      const read = await withChanges();
      const answer = await read('changes', { query: query as Record<string, string> });
      expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'request.invalid' });
    },
  );

  it('[M7] GET …/pins gives what is pinned', async () => {
    const read = await withChanges();
    expect(pinsResponse.parse((await read('pins')).body)).toMatchObject({
      messages: [{ seq_no: 2, pinned: true }],
    });
  });

  it('[M5] GET …/versions gives what it said before, and what it says now', async () => {
    const read = await withChanges();
    const answer = await read('messages/{seq_no}/versions', { path: { seq_no: '2' } });
    expect(versionsResponse.parse(answer.body)).toEqual({
      versions: [
        { content: 'text 2', created_at: '2026-03-01T12:00:00.000Z' },
        { content: 'better', created_at: '2026-03-01T13:00:00.000Z' },
      ],
    });
  });

  it.each(['0', '4', '-1', '1.5', 'x', '', '9'.repeat(30)])(
    '[M3] GET …/versions knows no message %j',
    async (seq_no) => {
      const read = await withChanges();
      const answer = await read('messages/{seq_no}/versions', { path: { seq_no } });
      expect(problem.parse(answer.body)).toMatchObject({ status: 404, code: 'message.not_found' });
    },
  );

  it('[U7] GET …/receipts tells how far each has got', async () => {
    const read = await withChanges();
    const { receipts } = receiptsResponse.parse((await read('receipts')).body);
    expect(receipts.map(({ user_id }) => user_id).toSorted()).toEqual([anna.userId, ben.userId].toSorted());
  });
});
