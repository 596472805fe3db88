import { describe, expect, it } from 'vitest';
import {
  aConnection,
  aConversation,
  aMessage,
  anAccepted,
  anIncoming,
  anIncomingChange,
  anna,
  ben,
  cleo,
  convoId,
  membershipsOf,
  userId,
} from '../../test/support/builders.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import { limits } from '../limits.ts';
import { announceMessages } from './announce-messages.ts';
import { bodyHash } from './incoming.ts';
import { messageView } from './message.ts';

const team = convoId('team');

/** A conversation with two messages of Anna's. */
async function setup(options: Parameters<typeof timelineUnderTest>[0] = {}) {
  const world = timelineUnderTest({ members: [anna, ben, cleo], ...options });
  await world.say(2);
  const reply = (thread: number, given: Parameters<typeof world.message>[0] = {}) =>
    world.message({ sender_id: ben, content: `in the thread of ${thread}`, thread, ...given });
  const at = (seq: number) => {
    const message = world.messages.all(team).find((one) => one.seq === seq);
    if (!message) throw new Error(`there is no message ${seq}`);
    return message;
  };
  return { ...world, reply, at };
}

describe('a message in a thread', () => {
  it('[H1] takes the next number of the conversation and the next of its thread', async () => {
    const { commit, reply, message, at } = await setup();
    await commit(reply(1), message(), reply(1));
    expect([3, 4, 5].map(at)).toMatchObject([
      { seq: 3, thread: 1, threadSeq: 1 },
      { seq: 4, content: 'hello' },
      { seq: 5, thread: 1, threadSeq: 2 },
    ]);
    expect(at(4)).not.toHaveProperty('thread');
  });

  it('[H2] changes its root, by the next change number: how many there are, the last one, and who wrote', async () => {
    const { commit, reply, at, messages, clock } = await setup();
    await commit(reply(1));
    clock.advance(1_000);
    await commit(reply(1, { sender_id: cleo }));
    const { createdAt: lastAt } = at(4);
    expect(at(1)).toMatchObject({
      content: 'text 1',
      rev: 2,
      replies: { count: 2, lastSeq: 4, lastAt, userIds: [ben, cleo], places: [1, 2] },
    });
    expect(messageView(at(1)).replies).toEqual({
      count: 2,
      last_seq: 4,
      last_at: lastAt,
      user_ids: [ben, cleo],
    });
    expect(messages.log(team)).toEqual([
      { rev: 1, seq: 1 },
      { rev: 2, seq: 1 },
    ]);
    expect(at(1)).not.toHaveProperty('editedAt');
  });

  it('[H1] to a message of a thread is a message of the same thread: there is one level', async () => {
    const { commit, reply, at } = await setup();
    await commit(reply(1));
    await commit(reply(3));
    expect(at(4)).toMatchObject({ thread: 1, threadSeq: 2 });
    expect(at(3)).not.toHaveProperty('replies');
  });

  it('[H1] may answer what came in the same batch, a root or a message of a thread', async () => {
    const { commit, message, reply, at } = await setup();
    const { settled } = await commit(message(), reply(3), reply(4), reply(1), reply(6));
    expect(settled.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'persisted'));
    expect([4, 5, 6, 7].map(at)).toMatchObject([
      { thread: 3, threadSeq: 1 },
      { thread: 3, threadSeq: 2 },
      { thread: 1, threadSeq: 1 },
      { thread: 1, threadSeq: 2 },
    ]);
    expect(at(3)).toMatchObject({ rev: 2, replies: { count: 2 } });
    expect(at(1)).toMatchObject({ rev: 4, replies: { count: 2 } });
  });

  it('[H3] is refused where there is no such message, or only the place of one', async () => {
    const { commit, make, reply, messages } = await setup();
    await make({ kind: 'delete', seq_no: 2 });
    const { settled } = await commit(reply(9), reply(2));
    expect(settled).toMatchObject([{ code: 'message.not_found' }, { code: 'message.not_found' }]);
    expect(messages.all(team)).toHaveLength(2);
  });

  it('[H3] is refused where nobody wrote: a line of the system begins no thread', async () => {
    const { commit, reply, messages, conversations } = await setup();
    const conversation = await conversations.get(team);
    if (!conversation) throw new Error('it is there');
    const line = aMessage({ seq: 3, content: '', system: { code: 'member.joined', params: {} } });
    const entry = { message: line, bodyHash: '', queueMessageId: 'q' };
    expect(await messages.commit(conversation, [entry])).toEqual({ kind: 'committed' });
    expect((await commit(reply(3))).settled).toMatchObject([{ code: 'message.thread_invalid' }]);
  });

  it('[H3] is refused to whoever came after its root, and to them alone', async () => {
    const { commit, reply, conversations, at } = await setup();
    const joined = { ...aConversation({ members: [anna, ben] }), seq: 2, hasNewcomers: true as const };
    const [first, second] = membershipsOf(joined, [anna, ben]);
    if (!first || !second) throw new Error('both are members');
    conversations.put(joined, [first, { ...second, fromSeq: 1 }]);
    const { settled } = await commit(reply(1), reply(2), reply(1, { sender_id: anna }));
    expect(settled).toMatchObject([{ code: 'message.not_found' }, {}, {}]);
    expect(at(1)).toMatchObject({ replies: { count: 1, userIds: [anna] } });
    expect(at(2)).toMatchObject({ replies: { count: 1, userIds: [ben] } });
  });

  it('names the last few people, each once, whoever wrote last being the last', async () => {
    const people = Array.from({ length: 7 }, (_, index) => userId(`p${index}`));
    const { commit, reply, at } = await setup({ members: [anna, ...people] });
    for (const sender_id of [...people, people[3] ?? '']) await commit(reply(1, { sender_id }));
    const { userIds = [], places = [], count } = at(1).replies ?? {};
    expect(userIds).toEqual([2, 4, 5, 6, 3].map((index) => people[index]));
    expect(places).toEqual([3, 5, 6, 7, 8]);
    expect({ count, people: userIds.length }).toEqual({ count: 8, people: limits.threadPeopleMax });
  });
});

describe('a thread and deletion', () => {
  it('[H4] keeps the place of a message: its number in the thread stays, and the count', async () => {
    const { commit, reply, make, at } = await setup();
    await commit(reply(1), reply(1));
    await make({ kind: 'delete', seq_no: 3 });
    const { convoId: id, seq, serverMsgId, senderId, clientMsgId, createdAt } = at(3);
    const place = { convoId: id, seq, serverMsgId, senderId, clientMsgId, createdAt };
    expect(at(3)).toEqual({
      ...place,
      content: '',
      deletedAt: expect.any(String),
      thread: 1,
      threadSeq: 1,
      rev: 3,
    });
    expect(at(1).replies).toMatchObject({ count: 2 });
    await commit(reply(1));
    expect(at(5)).toMatchObject({ threadSeq: 3 });
  });

  it('[H4] outlives its root, and takes no more messages', async () => {
    const { commit, reply, make, at } = await setup();
    await commit(reply(1));
    await make({ kind: 'delete', seq_no: 1 });
    expect(at(1)).toMatchObject({ content: '', replies: { count: 1, userIds: [ben] } });
    expect((await commit(reply(1), reply(3))).settled).toMatchObject([
      { code: 'message.not_found' },
      { code: 'message.not_found' },
    ]);
  });

  it('[H4] of one batch fold in its order: an answer before the deletion counts, one after it is refused', async () => {
    const { commit, reply, change, at } = await setup();
    const { settled } = await commit(reply(1), change({ kind: 'delete', seq_no: 1 }), reply(1));
    expect(settled).toMatchObject([
      { kind: 'persisted', rooted: { rev: 1 } },
      { kind: 'persisted', change: { rev: 2 } },
      { kind: 'rejected', code: 'message.not_found' },
    ]);
    expect(at(1)).toMatchObject({ rev: 2, deletedAt: expect.any(String), replies: { count: 1 } });
  });
});

describe('what is told of a thread', () => {
  async function listening() {
    const world = await setup();
    await world.connections.open(aConnection(cleo, 'cleo'));
    return world;
  }

  it('[H2][M8] is the message, and its root as it is now with the numbers of its changes', async () => {
    const { commit, reply, change, gateway, at, ...deps } = await listening();
    const batch = [reply(1), change({ kind: 'edit', seq_no: 1, content: 'new' }), reply(1), reply(2)];
    await announceMessages(await commit(...batch), { ...deps, gateway });
    expect(gateway.events('cleo')).toMatchObject([
      { type: 'message.create', seq_no: 3, thread: 1, thread_seq: 1 },
      { type: 'message.create', seq_no: 4, thread: 1, thread_seq: 2 },
      { type: 'message.create', seq_no: 5, thread: 2, thread_seq: 1 },
      { type: 'message.update', prev_rev: 0, rev: 3, message: messageView(at(1)) },
      { type: 'message.update', prev_rev: 3, rev: 4, message: messageView(at(2)) },
    ]);
  });

  it('[P2] by a redelivery is the message under its own numbers, and its root as it is by then', async () => {
    const { commit, reply, message, gateway, at, ...deps } = await listening();
    const first = reply(1);
    await commit(first);
    await commit(reply(1), message());
    await announceMessages(await commit(first), { ...deps, gateway });
    expect(gateway.events('cleo')).toMatchObject([
      { type: 'message.create', seq_no: 3, thread: 1, thread_seq: 1 },
      { type: 'message.update', prev_rev: 0, rev: 1, message: { seq_no: 1, rev: 2, replies: { count: 2 } } },
    ]);
    expect(deps.messages.all(team)).toHaveLength(5);
    expect(at(1)).toMatchObject({ replies: { count: 2 } });
  });

  it('[P2] also when the redelivery comes after a time-out that hid the success', async () => {
    const { commit, reply, messages, at } = await setup();
    messages.fail('timed out after success');
    const { settled } = await commit(reply(1));
    expect(settled).toMatchObject([
      { kind: 'persisted', message: { seq: 3, threadSeq: 1 }, rooted: { rev: 1, root: { seq: 1 } } },
    ]);
    expect(at(1)).toMatchObject({ rev: 1, replies: { count: 1 } });
  });

  it('[P2] to a retry after its root was deleted is that it was stored', async () => {
    const { commit, reply, make } = await setup();
    const first = reply(1, { client_msg_id: 'mine' });
    await commit(first);
    await make({ kind: 'delete', seq_no: 1 });
    const { settled } = await commit({ ...first, queueMessageId: 'another' });
    expect(settled).toMatchObject([{ kind: 'duplicate', place: { seq: 3 } }]);
  });

  it('[S5] is a misuse of an id that was used in another thread, or outside of one', async () => {
    const { commit, reply } = await setup();
    const same = { client_msg_id: 'mine', content: 'the same' };
    await commit(reply(1, same));
    for (const other of [reply(2, same), anIncoming({ ...same, sender_id: ben })]) {
      const { settled } = await commit({ ...other, queueMessageId: 'another' });
      expect(settled).toMatchObject([{ code: 'message.id_reused' }]);
    }
  });
});

describe('the hash of what was asked for', () => {
  it('is what it was for everything that there was before threads: a retry may come after years', () => {
    expect(bodyHash(anAccepted({ content: 'x' }))).toBe(
      'cd65ea2c2ad99e94a85b1b6df72efef9cb2ed0ae933a60c32ce16317f7d7d6aa',
    );
    expect(bodyHash(anAccepted({ content: 'x', reply_to: 3, mentions: ['all'] }))).toBe(
      'c6f552405c61d34bfa90ac3033bafacc4267792f9c19a722b6f8368d022c60c6',
    );
  });

  it('differs by thread and by what is forwarded, not by what that says', () => {
    const forwarded = { from: 'c#1', sender_id: ben, content: 'x', created_at: '' };
    const hashes = [
      {},
      { thread: 1 },
      { thread: 2 },
      { forwarded },
      { thread: 1, forwarded },
      { forwarded: { ...forwarded, from: 'c#2' } },
    ].map((given) => bodyHash(anAccepted(given)));
    expect(new Set(hashes).size).toBe(hashes.length);
    const edited = { ...forwarded, content: 'edited since' };
    expect(bodyHash(anAccepted({ forwarded: edited }))).toBe(bodyHash(anAccepted({ forwarded })));
  });
});

it('[M1] tells whoever came later nothing of a message before them, whatever they ask to change', async () => {
  const { commit, conversations } = await setup();
  const joined = { ...aConversation({ members: [anna, ben] }), seq: 2, hasNewcomers: true as const };
  const [first, second] = membershipsOf(joined, [anna, ben]);
  if (!first || !second) throw new Error('both are members');
  conversations.put(joined, [first, { ...second, fromSeq: 1 }]);
  const react = (seq_no: number) =>
    anIncomingChange(
      { kind: 'react', seq_no, emoji: '👍' },
      { sender_id: ben, client_msg_id: `r-${seq_no}` },
    );
  expect((await commit(react(1), react(2))).settled).toMatchObject([
    { code: 'message.not_found' },
    { kind: 'persisted' },
  ]);
});
