import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { connect, people } from '../support/cloud.ts';
import { newClientMsgId, openDirect, type Person, say, wholeHistory } from '../support/people.ts';
import type { TestSocket } from '../support/socket.ts';

let ada: Person;
let convoId: string;

// Others for each test: nobody gets so many tickets in so short a time.
beforeEach(async () => {
  const [first, second] = await people();
  ada = first;
  convoId = (await openDirect(first, second)).convo_id;
});

/** Sends it, answers the error that comes, and proves that the socket still works. */
async function refusalOf(socket: TestSocket, frame: string, workingConvoId = convoId) {
  socket.sendRaw(frame);
  const error = await socket.next('error');
  await say(socket, workingConvoId, 'still works');
  return error;
}

const sendFrame = (more: Record<string, unknown>) =>
  JSON.stringify({
    action: 'message.send',
    convo_id: convoId,
    client_msg_id: newClientMsgId(),
    content: 'x',
    ...more,
  });
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a frame that is no JSON object', () => {
  it.each([
    ['nothing', ''],
    ['half an object', '{"action":"ping"'],
    ['words', 'hello'],
    ['a string', '"ping"'],
    ['a number', '42'],
    ['null', 'null'],
    ['an array', '[{"action":"ping"}]'],
    ['a deep array', deep(10_000)],
    ['two objects', '{"action":"ping"}{"action":"ping"}'],
    ['a byte-order mark before it', '\uFEFF{"action":"ping"}'],
  ])('[C3] %s is refused, and the socket stays open', async (_, frame) => {
    expect(await refusalOf(await connect(ada), frame)).toMatchObject({ code: 'frame.not_json' });
  });
});

describe('a frame without a known action', () => {
  it.each([
    '{}',
    '{"action":null}',
    '{"action":7}',
    '{"action":{}}',
    '{"action":"message.shout"}',
    '{"action":"PING"}',
    '{"action":"constructor"}',
    '{"action":"__proto__"}',
    '{"action":"$connect"}',
    '{"action":"$disconnect"}',
    '{"action":"$default"}',
  ])('%s is refused', async (frame) => {
    expect(await refusalOf(await connect(ada), frame)).toMatchObject({ code: 'frame.unknown_action' });
  });
});

describe('a message that cannot be', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['no conversation', { convo_id: undefined }, 'frame.invalid'],
    ['a conversation that is no id', { convo_id: 'c_1' }, 'frame.invalid'],
    ['a conversation that is an object', { convo_id: { S: 'c' } }, 'frame.invalid'],
    ['no client id', { client_msg_id: undefined }, 'frame.invalid'],
    ['an empty client id', { client_msg_id: '' }, 'frame.invalid'],
    [
      'a client id that is too long',
      { client_msg_id: 'x'.repeat(limits.clientMsgIdMaxChars + 1) },
      'frame.invalid',
    ],
    ['a client id with a slash', { client_msg_id: 'a/b' }, 'frame.invalid'],
    ['a client id that is a number', { client_msg_id: 1 }, 'frame.invalid'],
    ['a negative client_seq', { client_seq: -1 }, 'frame.invalid'],
    ['a client_seq that is a fraction', { client_seq: 0.5 }, 'frame.invalid'],
    ['[S9] a reply to what is no number', { reply_to: 'm_1' }, 'frame.invalid'],
    ['[S9] an attachment', { attachments: ['a_1'] }, 'frame.invalid'],
    ['[S9] a mention of what is no id', { mentions: ['u_1'] }, 'frame.invalid'],
    ['no text', { content: undefined }, 'message.content_invalid'],
    ['an empty text', { content: '' }, 'message.content_invalid'],
    ['a blank text', { content: ' \n\t ' }, 'message.content_invalid'],
    ['a text that is a list', { content: ['x'] }, 'message.content_invalid'],
    [
      'a text that is too long',
      { content: 'x'.repeat(limits.messageContentMaxChars + 1) },
      'message.content_invalid',
    ],
    ['a NUL', { content: 'a\u0000b' }, 'message.content_invalid'],
    ['a control character', { content: 'a\u0007b' }, 'message.content_invalid'],
    ['an escape sequence', { content: '\u001b[2J' }, 'message.content_invalid'],
    ['U+FFFE', { content: 'a\uFFFEb' }, 'message.content_invalid'],
    ['U+FFFF', { content: 'a\uFFFFb' }, 'message.content_invalid'],
    ['a lone high surrogate', { content: 'a\uD83Db' }, 'message.content_invalid'],
    ['a lone low surrogate', { content: 'a\uDE00b' }, 'message.content_invalid'],
  ])('[S3][C3] %s: told with a code, and the socket works on', async (_, fault, code) => {
    const socket = await connect(ada);

    const error = await refusalOf(socket, sendFrame(fault));

    expect(error).toMatchObject({ code });
    expect(error.detail).not.toBe('');
    expect(error.request_id).not.toBe('');
  });

  it('[S6] names the message in the refusal, so that the client finds it again', async () => {
    const error = await refusalOf(await connect(ada), sendFrame({ client_msg_id: 'my-id', content: '' }));

    expect(error).toMatchObject({ client_msg_id: 'my-id', convo_id: convoId });
  });

  it('takes no place in the order', async () => {
    const [cleo, dan] = await people();
    const { convo_id } = await openDirect(cleo, dan);
    const socket = await connect(cleo);

    await refusalOf(socket, sendFrame({ convo_id, content: '' }), convo_id);
    await refusalOf(socket, sendFrame({ convo_id, content: '\u0000' }), convo_id);

    const stored = (await wholeHistory(dan, convo_id)).map(({ seq_no, content }) => [seq_no, content]);
    expect(stored).toEqual([
      [1, 'still works'],
      [2, 'still works'],
    ]);
  });
});

describe('other frames', () => {
  it.each<[string, () => string]>([
    [
      'a read mark of a text',
      () => JSON.stringify({ action: 'message.read', convo_id: convoId, seq_no: '1' }),
    ],
    ['a negative read mark', () => JSON.stringify({ action: 'message.read', convo_id: convoId, seq_no: -1 })],
    ['a huge read mark', () => `{"action":"message.read","convo_id":"${convoId}","seq_no":1e300}`],
    ['cursors that are a list', () => JSON.stringify({ action: 'sync', cursors: [1] })],
    ['a cursor that is a text', () => JSON.stringify({ action: 'sync', cursors: { [convoId]: 'x' } })],
    ['a cursor of no id', () => JSON.stringify({ action: 'sync', cursors: { here: 1 } })],
    [
      'too many cursors',
      () => {
        const cursors = Object.fromEntries(
          Array.from({ length: limits.syncCursorsMax + 1 }, (_, index) => [
            `c_${String(index).padStart(26, '0')}`,
            1,
          ]),
        );
        return JSON.stringify({ action: 'sync', cursors });
      },
    ],
  ])('%s is refused', async (_, frame) => {
    expect(await refusalOf(await connect(ada), frame())).toMatchObject({ code: 'frame.invalid' });
  });

  it('[S1] drops fields that nobody knows, however deep', async () => {
    const socket = await connect(ada);

    socket.sendRaw(`{"action":"ping","__proto__":{"a":1},"extra":${deep(5_000)}}`);

    await socket.next('pong');
  });

  it('[S3] keeps every character that may be kept', async () => {
    const [cleo, dan] = await people();
    const { convo_id } = await openDirect(cleo, dan);
    const socket = await connect(cleo);
    const texts = [
      'tab\tand\nnew line\r\n',
      'Grüße, 你好, مرحبا, 👩‍👩‍👧‍👦, e\u0301',
      '\u202Eright to left\u202C, zero\u200Bwidth',
      '<script>alert(1)</script> & "quotes" \\ back',
      '😀'.repeat(limits.messageContentMaxChars / 2),
    ];

    for (const text of texts) await say(socket, convo_id, text);

    expect((await wholeHistory(dan, convo_id)).map(({ content }) => content)).toEqual(texts);
  });
});

describe('frames that API Gateway itself refuses', () => {
  it('[C3] closes with 1003 after a binary frame', async () => {
    const socket = await connect(ada);

    socket.sendRaw(new TextEncoder().encode('{"action":"ping"}'));

    expect((await socket.closed).code).toBe(1003);
  });

  it('[C3] closes with 1009 after a frame of more than 32 KB', async () => {
    const socket = await connect(ada);

    socket.sendRaw(JSON.stringify({ action: 'ping', extra: 'x'.repeat(limits.frameMaxBytes) }));

    expect((await socket.closed).code).toBe(1009);
  });

  it('lets the same person back in', async () => {
    const socket = await connect(ada);
    socket.sendRaw(new Uint8Array([1, 2, 3]));
    await socket.closed;

    const next = await connect(ada);
    next.send({ action: 'ping' });

    await next.next('pong');
  });
});
