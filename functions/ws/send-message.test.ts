import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomIds } from '../../shared/ids.ts';
import { convoId } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { frameWorld } from '../../test/support/in-memory-frames.ts';

const world = frameWorld(testDatabase(), { send: () => import('./send-message.ts') });

const hello = (more: Record<string, unknown> = {}) => ({
  action: 'message.send',
  convo_id: world.people.team,
  client_msg_id: 'client-1',
  content: 'hello',
  ...more,
});

describe('message.send', () => {
  it('[S1] queues the message and answers nothing yet', async () => {
    expect(await world.send('send', hello({ client_seq: 7 }))).toEqual([]);
    expect(world.queued()).toMatchObject([
      {
        convo_id: world.people.team,
        sender_id: world.people.anna.userId,
        session_id: world.people.anna.sessionId,
        connection_id: 'anna-1',
        client_msg_id: 'client-1',
        client_seq: 7,
        content: 'hello',
        request_id: 'request-1',
      },
    ]);
  });

  it('[S1] ignores what a client claims to know', async () => {
    await world.send(
      'send',
      hello({
        sender_id: world.people.ben.userId,
        seq_no: 1,
        created_at: 'x',
        session_id: 's',
        role: 'owner',
      }),
    );
    expect(world.queued()[0]).toMatchObject({
      sender_id: world.people.anna.userId,
      session_id: world.people.anna.sessionId,
    });
    expect(world.queued()[0]).not.toHaveProperty('seq_no');
  });

  it('knows whose connection it is also where no authorizer said so', async () => {
    await world.send('send', hello(), { connectionId: 'ben-1', identity: null });
    expect(world.queued()[0]).toMatchObject({
      sender_id: world.people.ben.userId,
      session_id: world.people.ben.sessionId,
    });
  });

  it('refuses a connection that nobody opened', async () => {
    expect(await world.refusal('send', hello(), { connectionId: 'nobody', identity: null })).toMatchObject({
      code: 'auth.session_ended',
      client_msg_id: 'client-1',
    });
  });

  it('[A2] refuses a foreign conversation as it refuses a missing one', async () => {
    const foreign = await world.refusal('send', hello(), { identity: world.people.eve });
    world.gateway.resetHistory();
    const missing = await world.refusal('send', hello({ convo_id: convoId('nowhere') }), {
      identity: world.people.eve,
    });
    expect(foreign).toMatchObject({ code: 'conversation.not_found', convo_id: world.people.team });
    expect({ ...missing, convo_id: world.people.team }).toEqual(foreign);
  });

  it('[P8] refuses a session that has ended, though its socket is still open', async () => {
    expect(
      await world.refusal('send', hello(), {
        identity: { ...world.people.anna, sessionId: randomIds.session() },
      }),
    ).toMatchObject({ code: 'auth.session_ended' });
  });

  it('[S6] says that it was not accepted when SQS does not take it', async () => {
    world.sqs.on(SendMessageCommand).rejects(new Error('Rate exceeded for account 000000000000'));
    const frames = await world.send('send', hello());
    expect(frames).toEqual([
      [
        'anna-1',
        {
          type: 'error',
          code: 'unavailable',
          detail: 'it was not accepted, send it again',
          request_id: 'request-1',
          client_msg_id: 'client-1',
          convo_id: world.people.team,
        },
      ],
    ]);
  });

  it.each([
    ['no JSON', '{"action":', 'frame.not_json'],
    ['nothing', '', 'frame.not_json'],
    ['a list', '[1]', 'frame.not_json'],
    ['null', 'null', 'frame.not_json'],
    ['a text', '"message.send"', 'frame.not_json'],
  ])('answers %s with an error', async (_, body, code) => {
    expect((await world.refusal('send', body)).code).toBe(code);
  });

  it.each([
    ['no conversation', { convo_id: undefined }, 'frame.invalid', 'convo_id'],
    ['what is no conversation id', { convo_id: '../x' }, 'frame.invalid', 'convo_id'],
    ['no client_msg_id', { client_msg_id: undefined }, 'frame.invalid', 'client_msg_id'],
    ['an empty client_msg_id', { client_msg_id: '' }, 'frame.invalid', 'client_msg_id'],
    ['a long client_msg_id', { client_msg_id: 'x'.repeat(65) }, 'frame.invalid', 'client_msg_id'],
    ['a client_msg_id with a #', { client_msg_id: 'a#b' }, 'frame.invalid', 'client_msg_id'],
    ['a number for an id', { client_msg_id: 7 }, 'frame.invalid', 'client_msg_id'],
    ['an object for an id', { client_msg_id: { $ne: '' } }, 'frame.invalid', 'client_msg_id'],
    ['a negative client_seq', { client_seq: -1 }, 'frame.invalid', 'client_seq'],
    ['a broken client_seq', { client_seq: 1.5 }, 'frame.invalid', 'client_seq'],
    ['a client_seq beyond what a number holds', { client_seq: 2 ** 60 }, 'frame.invalid', 'client_seq'],
    ['no content', { content: undefined }, 'message.content_invalid', 'content'],
    ['an empty content', { content: '' }, 'message.content_invalid', 'content'],
    ['only white space', { content: ' \n\t ' }, 'message.content_invalid', 'content'],
    ['8,001 characters', { content: 'x'.repeat(8_001) }, 'message.content_invalid', 'content'],
    ['a NUL', { content: 'a\u0000b' }, 'message.content_invalid', 'content'],
    ['a bell', { content: 'a\u0007b' }, 'message.content_invalid', 'content'],
    ['U+FFFE', { content: 'a\uFFFEb' }, 'message.content_invalid', 'content'],
    ['U+FFFF', { content: 'a\uFFFFb' }, 'message.content_invalid', 'content'],
    ['a lone high surrogate', { content: 'a\uD800b' }, 'message.content_invalid', 'content'],
    ['a lone low surrogate', { content: 'a\uDC00b' }, 'message.content_invalid', 'content'],
    ['a list for a text', { content: ['a'] }, 'message.content_invalid', 'content'],
  ])('[S2][S3] refuses %s and names the field', async (_, more, code, field) => {
    const error = await world.refusal('send', hello(more));
    expect(error).toMatchObject({ code, detail: expect.stringContaining(field) });
  });

  it('[S3] takes every other character, as it is', async () => {
    const content = 'tab\tline\r\nGrüße 🎈 \u200b\u202e\u0085\u007f 漢字 e\u0301 \u{10FFFF} <script>';
    await world.send('send', hello({ content }));
    expect(world.queued()).toMatchObject([{ content }]);
  });

  it('[S6] gives back the ids of a frame that it refuses, so that the client finds it again', async () => {
    expect(await world.refusal('send', hello({ content: '' }))).toMatchObject({
      client_msg_id: 'client-1',
      convo_id: world.people.team,
      request_id: 'request-1',
    });
  });

  it('gives nothing back that is no id', async () => {
    const error = await world.refusal(
      'send',
      hello({ client_msg_id: '<b>'.repeat(100), convo_id: { a: 1 } }),
    );
    expect(error).not.toHaveProperty('client_msg_id');
    expect(error).not.toHaveProperty('convo_id');
  });

  it('is not polluted', async () => {
    const body = `{"action":"message.send","__proto__":{"convo_id":"${world.people.team}","content":"x","client_msg_id":"y"}}`;
    expect((await world.refusal('send', body)).code).toMatch(/^frame|^message/);
    expect(({} as Record<string, unknown>).convo_id).toBeUndefined();
  });

  it('answers whatever comes with one frame, and never with an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.jsonValue()), async (body) => {
        world.gateway.resetHistory();
        const error = await world.refusal('send', typeof body === 'string' ? body : JSON.stringify(body));
        expect(error.code).toMatch(/^frame\.|^message\.content/);
      }),
      { numRuns: 100, seed: 13 },
    );
  });

  it('shows an error of ours as `internal`, without a word of what it was', async () => {
    const dynamo = mockClient(DynamoDBDocumentClient);
    dynamo.rejects(new Error('table auth-x: secret detail'));
    const error = await world.refusal('send', hello()).finally(() => dynamo.restore());
    expect(error).toMatchObject({ code: 'internal', client_msg_id: 'client-1' });
    expect(JSON.stringify(error)).not.toContain('secret detail');
  });

  it('does not fail when the error cannot be told either: the socket may be gone', async () => {
    world.gateway.on(PostToConnectionCommand).rejects(Object.assign(new Error(), { name: 'GoneException' }));
    await world.send('send', 'x');
    expect(world.queued()).toEqual([]);
  });
});
