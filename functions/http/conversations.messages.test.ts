import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  changesResponse,
  conversationResponse,
  historyResponse,
  pinsResponse,
  problem,
  receiptsResponse,
  versionsResponse,
} from '../../events/http-contracts.ts';
import { messageAccepted } from '../../events/message-accepted.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import { aConversation, aNewChange, aNewMessage } from '../../test/support/builders.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import { type HttpCall, type SignedIn, signUp } from '../../test/support/in-memory-aws.ts';

const conversations = httpFunction(() => import('./conversations.ts'));
const { database, sqs, call, refusal } = conversations;
const queued = () => conversations.queued(messageAccepted);
let anna: SignedIn;
let ben: SignedIn;

beforeAll(async () => {
  anna = await signUp(database(), 'anna');
  ben = await signUp(database(), 'ben');
});

/** A group of Anna and Ben. */
async function group(title: string): Promise<string> {
  const body = { type: 'group', title, members: [ben.userId] };
  const answer = await call('POST /conversations', { token: anna.token, body });
  return conversationResponse.parse(answer.body).convo_id;
}

/** A group of Anna and Ben with so many messages of hers. */
async function withMessages(count: number) {
  const { client, tables } = database();
  const convoId = await group(`with ${count}`);
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
  const path = async () => ({ id: await group('for a script') });
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
