import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { accountEvent } from '../../events/account-event.ts';
import { problem } from '../../events/http-contracts.ts';
import { exportResponse } from '../../events/user-contracts.ts';
import { exportCursor } from '../../shared/account-data/export-cursor.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { randomIds } from '../../shared/ids.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import {
  aConversation,
  aNewMessage,
  convoId,
  instantBackoff,
  membershipsOf,
} from '../../test/support/builders.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import type { SignedIn } from '../../test/support/in-memory-aws.ts';
import { signedInLongAgo } from '../../test/support/session-rows.ts';

const account = httpFunction(() => import('./account-data.ts'));
const { database, sqs, call, somebody } = account;

/** A conversation of two, in which they take turns. */
async function conversationOf(people: readonly [SignedIn, SignedIn], messageCount: number): Promise<string> {
  const { client, tables } = database();
  const id = randomIds.conversation();
  const members = people.map(({ userId }) => userId);
  const conversation = aConversation({ convoId: id, members });
  const backoff = instantBackoff();
  const { conversationsTable } = tables;
  await dynamoConversationStore({ client, conversationsTable, backoff }).create(
    conversation,
    membershipsOf(conversation, members),
  );
  const messages = Array.from({ length: messageCount }, (_, at) =>
    aNewMessage({ convoId: id, seq: at + 1, senderId: members[at % 2] ?? '' }),
  );
  const outcome = await dynamoMessageStore({ client, ...tables }).commit(conversation, messages);
  expect(outcome.kind).toBe('committed');
  return id;
}

const published = () => account.queued(accountEvent);

describe('GET /me/export', () => {
  it('gives the account and what the caller wrote', async () => {
    const [one, two] = [await somebody(), await somebody()];
    const id = await conversationOf([one, two], 5);
    const answer = await call('GET /me/export', { token: one.token });
    expect(answer.status).toBe(200);
    const page = exportResponse.parse(answer.body);
    expect(page.account).toMatchObject({
      user: { user_id: one.userId, email: `${one.handle}@example.org` },
      sessions: [{ session_id: one.sessionId }],
      blocked: [],
      second_factor: false,
    });
    expect(page.messages.map(({ convo_id, seq_no }) => [convo_id, seq_no])).toEqual([
      [id, 1],
      [id, 3],
      [id, 5],
    ]);
    expect(page.next_cursor).toBeNull();
    expect(answer.text).not.toMatch(/hash/i);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('[ASVS 7.5.3] asks for a recent sign-in on the first page', async () => {
    const person = await somebody();
    await signedInLongAgo(database(), person);
    const answer = await call('GET /me/export', { token: person.token });
    expect(problem.parse(answer.body)).toMatchObject({
      status: 403,
      code: 'auth.reauthentication_required',
    });
    expect(answer.text).not.toContain('example.org');
  });

  it('[A2] shows nothing of a conversation of others, even with a cursor that names it', async () => {
    const [one, two, outsider] = [await somebody(), await somebody(), await somebody()];
    const id = await conversationOf([one, two], 3);
    const cursor = exportCursor(outsider.userId, { convoId: id, seq: 1 });
    const answer = await call('GET /me/export', { token: outsider.token, query: { cursor } });
    expect(exportResponse.parse(answer.body)).toEqual({ messages: [], next_cursor: null });
  });

  it.each(['', 'x', '%00', 'null', 'a'.repeat(300), 'c_TALK.1', 'a\ud800'])(
    'answers 400 for the cursor %j',
    async (cursor) => {
      const { token } = await somebody();
      const answer = await call('GET /me/export', { token, query: { cursor } });
      expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'request.invalid' });
    },
  );

  it('answers 400 for the cursor of somebody else', async () => {
    const [one, two] = [await somebody(), await somebody()];
    const cursor = exportCursor(two.userId, { convoId: convoId('talk'), seq: 1 });
    const answer = await call('GET /me/export', { token: one.token, query: { cursor } });
    expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'request.invalid' });
  });
});

describe('DELETE /me', () => {
  it('publishes the erasure, and the token is refused from then on', async () => {
    const person = await somebody();
    const answer = await call('DELETE /me', { token: person.token });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(published()).toMatchObject([{ name: 'account.erased', user_id: person.userId }]);
    const after = await call('GET /me/export', { token: person.token });
    expect(problem.parse(after.body)).toMatchObject({ status: 401, code: 'auth.session_ended' });
  });

  it('[ASVS 7.5.1] does nothing without a recent sign-in', async () => {
    const person = await somebody();
    await signedInLongAgo(database(), person);
    const answer = await call('DELETE /me', { token: person.token });
    expect(problem.parse(answer.body).code).toBe('auth.reauthentication_required');
    expect(published()).toEqual([]);
  });

  it('changes nothing when the queue does not take the intent', async () => {
    const person = await somebody();
    sqs.on(SendMessageCommand).rejects(new Error('no route'));
    const answer = await call('DELETE /me', { token: person.token });
    expect(problem.parse(answer.body)).toMatchObject({ status: 503, code: 'unavailable' });
    expect((await call('GET /me/export', { token: person.token })).status).toBe(200);
  });
});
