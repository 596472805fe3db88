import { describe, expect, it } from 'vitest';
import type { MessageSendFrame } from '../../events/client-frames.ts';
import { messageAccepted } from '../../events/message-accepted.ts';
import {
  aConversation,
  aMessage,
  aNewMessage,
  anIdentity,
  anIncoming,
  anna,
  ben,
  cleo,
  convoId,
  membershipsOf,
  startMs,
} from '../../test/support/builders.ts';
import { inMemoryQueue } from '../../test/support/in-memory-queue.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import { limits } from '../limits.ts';
import { lastMessageAfter } from './conversation-tail.ts';
import { type Message, messageView } from './message.ts';
import { submitAdmittedMessage, submitMessage } from './submit-message.ts';

const team = convoId('team');
const source = convoId('source');

/** Anna and Ben in a team; Ben and Cleo in the conversation that is forwarded from, with these messages. */
async function setup(...given: Partial<Message>[]) {
  const world = timelineUnderTest();
  const queue = inMemoryQueue();
  const elsewhere = aConversation({ convoId: source, members: [ben, cleo] });
  world.conversations.put(elsewhere, membershipsOf(elsewhere, [ben, cleo]));
  const first = { senderId: cleo, content: 'said elsewhere', createdAt: '2026-02-01T00:00:00.000Z' };
  const messages = (given.length > 0 ? given : [{}]).map((more, index) =>
    aNewMessage({ convoId: source, seq: index + 1, ...first, ...more }),
  );
  await world.messages.commit(elsewhere, messages);

  const frameOf = (frame: Partial<MessageSendFrame>): MessageSendFrame => ({
    action: 'message.send',
    convo_id: team,
    client_msg_id: 'client-1',
    content: '',
    forward: { convo_id: source, seq_no: 1 },
    ...frame,
  });
  const submission = (frame: Partial<MessageSendFrame>, userId: string) => ({
    frame: frameOf(frame),
    identity: anIdentity(userId),
    connectionId: 'c',
    requestId: 'r',
    receivedAtMs: startMs,
  });
  const deps = { ...world, queue, gate: { admit: async () => undefined }, blocks: nobodyBlocks };
  /** The event that waits in the queue for it. */
  const forward = async (frame: Partial<MessageSendFrame> = {}, userId = ben) => {
    await submitMessage(submission(frame, userId), deps);
    return messageAccepted.parse(queue.messages.at(-1));
  };
  const arrive = async (event: Awaited<ReturnType<typeof forward>>, queueMessageId = 'queue-1') => {
    const { settled } = await world.commit(anIncoming(event, { queueMessageId }));
    return settled[0];
  };
  return { ...world, queue, forward, arrive, submission, deps };
}

const nobodyBlocks = { between: async () => new Set<string>() };
const missing = expect.objectContaining({ code: 'message.not_found' });

describe('a forwarded message', () => {
  it('[F1] carries what it said, who said it and when; not where', async () => {
    const { forward, arrive } = await setup();
    const event = await forward({ content: 'look' });
    const forwarded = {
      sender_id: cleo,
      content: 'said elsewhere',
      created_at: '2026-02-01T00:00:00.000Z',
    };
    expect(event).toMatchObject({ content: 'look', forwarded });
    const settled = await arrive(event);
    if (settled?.kind !== 'persisted') throw new Error('it is stored');
    const view = messageView(settled.message);
    expect(view).toMatchObject({ sender_id: ben, content: 'look', forwarded });
    expect(JSON.stringify(view)).not.toContain(source);
  });

  it('[F1] needs no text of its own, is the preview then, and may stand in a thread', async () => {
    const { forward, arrive, say, conversations } = await setup();
    await say(1);
    const settled = await arrive(await forward({ thread: 1 }));
    expect(settled).toMatchObject({
      kind: 'persisted',
      message: { content: '', thread: 1, threadSeq: 1, forwarded: { content: 'said elsewhere' } },
    });
    expect((await conversations.get(team))?.lastMessage).toMatchObject({ preview: 'said elsewhere' });
  });

  it('[F2] that was forwarded itself is passed on as it first was', async () => {
    const original = { senderId: anna, content: 'the first word', createdAt: '2026-01-01T00:00:00.000Z' };
    const { forward } = await setup({ content: 'what Cleo says of it', forwarded: original });
    expect((await forward()).forwarded).toMatchObject({ sender_id: anna, content: 'the first word' });
  });

  it('[F2] may come from the same conversation', async () => {
    const { forward, say } = await setup();
    await say(1);
    const event = await forward({ forward: { convo_id: team, seq_no: 1 } });
    expect(event.forwarded).toMatchObject({ sender_id: anna, content: 'text 1' });
  });

  it.each([
    ['that there is not', { forward: { convo_id: source, seq_no: 9 } }, ben],
    ['of a conversation that there is not', { forward: { convo_id: convoId('none'), seq_no: 1 } }, ben],
    ['of a foreign conversation', {}, anna],
  ])('[F3] %s is message.not_found, and nothing is queued', async (_, frame, userId) => {
    const { forward, queue } = await setup();
    await expect(forward(frame, userId)).rejects.toEqual(missing);
    expect(queue.messages).toEqual([]);
  });

  it.each<[string, Partial<Message>]>([
    ['deleted', { content: '', deletedAt: '2026-02-02T00:00:00.000Z' }],
    ['a line of the system', { content: '', system: { code: 'member.joined', params: {} } }],
  ])('[F3] is message.not_found where the source is %s', async (_, message) => {
    const { forward } = await setup(message);
    await expect(forward()).rejects.toEqual(missing);
  });

  it('[F3] is message.not_found before one came and after one left, and what was said between them is theirs', async () => {
    const { forward, conversations } = await setup({}, {}, {});
    const [joined] = membershipsOf(aConversation({ convoId: source }), [ben]);
    if (!joined) throw new Error('Ben was there');
    const left = {
      state: 'left',
      seq: 2,
      rev: 0,
      version: 2,
      at: '2026-02-03T00:00:00.000Z',
      title: 'Source',
    } as const;
    conversations.standingsByKey.set(`${ben} ${source}`, { ...joined, fromSeq: 1, left });
    const of = (seq_no: number) => forward({ forward: { convo_id: source, seq_no } });
    await expect(of(1)).rejects.toEqual(missing);
    await expect(of(3)).rejects.toEqual(missing);
    expect((await of(2)).forwarded).toMatchObject({ content: 'said elsewhere' });
  });

  it('[F3] tells nothing of the source to whoever may not send', async () => {
    const { forward } = await setup();
    await expect(forward({}, cleo)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });

  it('[F1] comes over HTTP, too', async () => {
    const { submission, deps, queue } = await setup();
    await submitAdmittedMessage(submission({}, ben), deps);
    expect(queue.messages).toMatchObject([{ forwarded: { content: 'said elsewhere' } }]);
  });

  it('[F4] and its own text are together no longer than a text may be, at first and after an edit', async () => {
    const long = 'x'.repeat(limits.messageContentMaxChars - 4);
    const { forward, arrive, change, commit } = await setup({ content: long });
    expect(await arrive(await forward({ content: 'five!' }))).toMatchObject({
      code: 'message.content_invalid',
    });
    expect(await arrive(await forward({ content: 'four' }))).toMatchObject({ kind: 'persisted' });
    const edit = (content: string) => change({ kind: 'edit', seq_no: 1, content }, ben);
    expect((await commit(edit('five!'), edit('4444'))).settled).toMatchObject([
      { code: 'message.content_invalid' },
      { kind: 'persisted', message: { content: '4444', forwarded: { content: long } } },
    ]);
  });

  it('[M6] goes with the message when that is deleted', async () => {
    const { forward, arrive, make, messages, change, commit } = await setup();
    await arrive(await forward());
    expect((await commit(change({ kind: 'delete', seq_no: 1 }, ben))).settled).toMatchObject([
      { kind: 'persisted' },
    ]);
    expect(messages.all(team)[0]).not.toHaveProperty('forwarded');
    await expect(make({ kind: 'edit', seq_no: 1, content: 'x' })).rejects.toThrow('message.not_found');
  });
});

describe('a retry of a forwarded message', () => {
  it('[P2] is a duplicate though its source says something else by now', async () => {
    const world = await setup();
    await world.arrive(await world.forward());
    const conversation = await world.conversations.get(source);
    if (!conversation) throw new Error('it is there');
    const edited = aMessage({ convoId: source, senderId: cleo, content: 'edited', rev: 1 });
    const place = { ...edited, clientMsgId: 'edit' };
    const entry = { place, change: { rev: 1, effective: true }, bodyHash: '', queueMessageId: 'q' };
    await world.messages.commit(conversation, [entry], {
      changed: [edited],
      log: [{ rev: 1, seq: 1 }],
      formerTexts: new Map(),
    });
    const event = await world.forward();
    expect(event.forwarded).toMatchObject({ content: 'edited' });
    expect(await world.arrive(event, 'queue-2')).toMatchObject({ kind: 'duplicate', place: { seq: 1 } });
    expect(world.messages.all(team)[0]).toMatchObject({ forwarded: { content: 'said elsewhere' } });
  });

  it('[P2] is a duplicate though its source cannot be read any more', async () => {
    const world = await setup();
    await world.arrive(await world.forward());
    world.conversations.standingsByKey.delete(`${ben} ${source}`);
    expect(await world.arrive(await world.forward(), 'queue-2')).toMatchObject({
      kind: 'duplicate',
      place: { seq: 1 },
    });
    expect(world.messages.all(team)).toMatchObject([{ forwarded: { content: 'said elsewhere' } }]);
    await expect(world.forward({ client_msg_id: 'another' })).rejects.toEqual(missing);
  });

  it('[S5] with another source is a misuse of its id', async () => {
    const world = await setup({}, {});
    await world.arrive(await world.forward());
    const other = await world.forward({ forward: { convo_id: source, seq_no: 2 } });
    expect(await world.arrive(other, 'queue-2')).toMatchObject({ code: 'message.id_reused' });
  });
});

it('shows of a deleted message no preview of what it forwarded', () => {
  const last = aMessage({ seq: 2, content: '', deletedAt: 'now' });
  expect(lastMessageAfter({ seq: 2 }, [], { changed: [last] })).toMatchObject({ preview: '' });
});
