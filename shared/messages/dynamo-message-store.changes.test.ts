import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../events/change-accepted.ts';
import {
  aConversation,
  aMessage,
  aNewChange,
  anIncoming,
  anIncomingChange,
  anna,
  ben,
  countingIds,
  instantBackoff,
  membershipsOf,
  movableClock,
  sessionId,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { conversationOn, messageStores } from '../../test/support/message-stores.ts';
import { dynamoConversationStore } from '../conversations/dynamo-conversation-store.ts';
import { cachedRoster } from '../conversations/roster.ts';
import { commitMessages } from './commit-messages.ts';
import { dynamoMessageStore } from './dynamo-message-store.ts';
import type { Message } from './message.ts';
import { type Effects, noEffects } from './message-store.ts';

const database = testDatabase();
const stores = messageStores(database);
const ids = countingIds('COST');

/** Everything that a message can have. */
const full: Partial<Message> = {
  content: 'edited',
  replyTo: 1,
  mentions: [ben, 'all'],
  rev: 1,
  editedAt: '2026-03-02T08:00:00.000Z',
  reactions: [
    { emoji: '🎉', userIds: [ben, anna] },
    { emoji: '👍', userIds: [anna] },
  ],
  pinned: true,
};

describe.each(Object.entries(stores))('changes in the message store on %s', (_, open) => {
  async function setup() {
    const world = await conversationOn(open);
    const { messages, conversation, id, current, message } = world;
    await messages.commit(conversation, [message(1), message(2)]);
    const changed = (seq: number, given: Partial<Message> = {}): Message =>
      aMessage({ convoId: id, seq, ...given });
    /** The next change, of one message. */
    const change = async (after: Message, effects: Partial<Effects> = {}, clientMsgId?: string) => {
      const known = await current();
      const rev = known.rev + 1;
      const entry = aNewChange(after, rev, clientMsgId === undefined ? {} : { clientMsgId });
      const log = [{ rev, seq: after.seq }];
      return await messages.commit(known, [entry], { ...noEffects, changed: [after], log, ...effects });
    };
    return { ...world, changed, change };
  }

  it('[M2] writes the message, the log and the counter at once', async () => {
    const { change, changed, messages, id, current } = await setup();
    expect(await change(changed(1, full))).toEqual({ kind: 'committed' });
    expect(await messages.range(id, 1, 9)).toEqual([changed(1, full), changed(2)]);
    expect(await current()).toMatchObject({ seq: 2, rev: 1, lastMessage: { seq: 2, preview: 'text 2' } });
    expect(await messages.changedSince(id, 0, 10)).toEqual({
      seqs: [1],
      changes: [{ rev: 1, seq: 1 }],
      rev: 1,
      hasMore: false,
    });
  });

  it('[M6] takes from a deleted message what it had', async () => {
    const { change, changed, messages, id, current } = await setup();
    const texts = new Map([[2, [{ content: 'old', createdAt: '2026-03-01T12:00:00.000Z' }]]]);
    await change(changed(2, { ...full, rev: 1 }), { formerTexts: texts, pins: [2] });
    const deleted = changed(2, { content: '', deletedAt: '2026-03-03T12:00:00.000Z', rev: 2 });
    await change(deleted, { formerTexts: new Map([[2, []]]), pins: [] });
    expect(await messages.many(id, [2])).toEqual([deleted]);
    expect(await messages.versions(id, 2)).toEqual([]);
    expect((await current()).lastMessage).toMatchObject({ seq: 2, preview: '' });
  });

  it('[M5] keeps former texts apart from the messages', async () => {
    const { change, changed, messages, id } = await setup();
    expect(await messages.versions(id, 1)).toEqual([]);
    const texts = [
      { content: 'first', createdAt: '2026-03-01T12:00:00.000Z', until: 3 },
      { content: 'second', createdAt: '2026-03-01T13:00:00.000Z' },
    ];
    await change(changed(1, { content: 'third' }), { formerTexts: new Map([[1, texts]]) });
    expect(await messages.versions(id, 1)).toEqual(texts);
    expect(await messages.range(id, 1, 9)).toHaveLength(2);
  });

  it('[M7] keeps the list of pins in its order', async () => {
    const { change, changed, conversations, id } = await setup();
    expect(await conversations.pins(id)).toEqual([]);
    await change(changed(2, { pinned: true }), { pins: [2, 1] });
    await change(changed(1, { content: 'x' }));
    expect(await conversations.pins(id)).toEqual([2, 1]);
  });

  it('[M2] stores a change without effect as a dedupe row, and nothing else', async () => {
    const { changed, messages, id, current, stored } = await setup();
    const before = [await stored(), await current()];
    const idle = aNewChange(changed(1), 0, { clientMsgId: 'idle', change: { rev: 0, effective: false } });
    expect(await messages.commit(await current(), [idle])).toEqual({ kind: 'committed' });
    expect([await stored(), await current()]).toEqual(before);
    expect(await messages.find(id, anna, 'idle')).toMatchObject({
      seq: 1,
      clientMsgId: 'idle',
      change: { rev: 0, effective: false },
    });
  });

  it('answers `stale` when a change came in between, and writes nothing', async () => {
    const { change, changed, messages, id, message, current } = await setup();
    const known = await current();
    await change(changed(1, { content: 'new' }));
    const entry = aNewChange(changed(1), 1, { clientMsgId: 'late' });
    const late = await messages.commit(known, [entry], {
      ...noEffects,
      changed: [changed(1, { content: 'late' })],
      log: [{ rev: 1, seq: 1 }],
    });
    expect(late).toEqual({ kind: 'stale' });
    expect(await messages.commit(known, [message(3)])).toEqual({ kind: 'stale' });
    expect(await messages.find(id, anna, 'late')).toBeUndefined();
    expect(await messages.many(id, [1, 3])).toMatchObject([{ content: 'new' }]);
  });

  it('does not make a message by changing one that is not there', async () => {
    const { change, changed, stored } = await setup();
    expect(await change(changed(9))).toEqual({ kind: 'stale' });
    expect(await stored()).toHaveLength(2);
  });

  it('[M1] answers with the stored place of a change that was there, by its index', async () => {
    const { change, changed, messages, message, current } = await setup();
    await change(changed(1, { content: 'new' }), {}, 'once');
    const again = aNewChange(changed(1), 2, { clientMsgId: 'once', queueMessageId: 'queue-later' });
    const outcome = await messages.commit(await current(), [message(3), again]);
    const { convoId, serverMsgId, createdAt } = changed(1);
    expect(outcome).toEqual({
      kind: 'duplicates',
      stored: new Map([
        [
          1,
          {
            convoId,
            clientMsgId: 'once',
            seq: 1,
            serverMsgId,
            createdAt,
            bodyHash: expect.any(String),
            queueMessageId: 'queue-once',
            change: { rev: 1, effective: true },
          },
        ],
      ]),
    });
  });

  it('writes messages and changes of one batch together, and remembers both kinds of numbers', async () => {
    const { changed, messages, message, current, stored } = await setup();
    const stream = (number: number) => ({ clientSeq: { sessionId: sessionId('x'), number } });
    const outcome = await messages.commit(
      await current(),
      [
        message(3, { senderId: ben, ...stream(1) }),
        aNewChange(changed(1), 1, { senderId: ben, ...stream(2) }),
        message(4, { ...stream(3), content: 'last' }),
      ],
      { ...noEffects, changed: [changed(1, { content: 'new' })], log: [{ rev: 1, seq: 1 }] },
    );
    expect(outcome).toEqual({ kind: 'committed' });
    expect((await stored()).map(({ content }) => content)).toEqual(['new', 'text 2', 'text 3', 'last']);
    expect(await current()).toMatchObject({
      seq: 4,
      rev: 1,
      lastMessage: { seq: 4, preview: 'last' },
      recentSenders: { [anna]: 4, [ben]: 3 },
      clientStreams: { [sessionId('x')]: 3 },
    });
  });

  it('takes a full batch of ten edits of the longest texts', async () => {
    const { messages, conversation, id, message, current } = await conversationOn(open);
    const changed = (seq: number) => aMessage({ convoId: id, seq });
    const seqs = Array.from({ length: 10 }, (_unused, index) => index + 1);
    await messages.commit(
      conversation,
      seqs.map((seq) => message(seq)),
    );
    const content = '漢'.repeat(8_000);
    const texts = Array.from({ length: 10 }, () => ({ content, createdAt: '2026-03-01T12:00:00.000Z' }));
    const outcome = await messages.commit(
      await current(),
      seqs.map((seq) => aNewChange(changed(seq), seq)),
      {
        changed: seqs.map((seq) => ({ ...changed(seq), content })),
        log: seqs.map((seq) => ({ rev: seq, seq })),
        formerTexts: new Map(seqs.map((seq) => [seq, texts])),
        pins: seqs,
      },
    );
    expect(outcome).toEqual({ kind: 'committed' });
    expect(await messages.versions(id, 10)).toHaveLength(10);
  });

  it('[Y7] reads the log in pages, ascending, across the digits', async () => {
    const { change, changed, messages, id } = await setup();
    for (let rev = 1; rev <= 12; rev += 1) await change(changed(1 + (rev % 2), { content: `at ${rev}` }));
    expect(await messages.changedSince(id, 8, 3)).toEqual({
      seqs: [1, 2],
      changes: [
        { rev: 10, seq: 1 },
        { rev: 11, seq: 2 },
      ],
      rev: 11,
      hasMore: true,
    });
    expect(await messages.changedSince(id, 11, 3)).toMatchObject({ seqs: [1], rev: 12, hasMore: false });
    expect(await messages.changedSince(id, 12, 3)).toMatchObject({ seqs: [], rev: 12, hasMore: false });
    expect(await messages.changedSince(id, 9, 3)).toMatchObject({ rev: 12, hasMore: false });
  });

  it('reads many messages by number, ascending, each once, and leaves out what is not there', async () => {
    const { messages, id } = await setup();
    expect((await messages.many(id, [2, 9, 1, 2])).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await messages.many(id, [])).toEqual([]);
  });
});

describe('a deleted message on DynamoDB', () => {
  it('[M6] leaves nothing of what it said in any table', async () => {
    const { client, tables } = database();
    const conversations = dynamoConversationStore({ client, ...tables, backoff: instantBackoff() });
    const conversation = aConversation({ convoId: ids.conversation() });
    await conversations.create(conversation, membershipsOf(conversation, [anna, ben], anna));
    const { convoId } = conversation;
    const deps = {
      conversations,
      messages: dynamoMessageStore({ client, ...tables }),
      roster: cachedRoster(conversations),
      clock: movableClock(),
      ids: countingIds('GONE'),
      backoff: instantBackoff(),
    };
    const ask = async (id: string, change: MessageChange) =>
      await commitMessages(
        convoId,
        [anIncomingChange(change, { convo_id: convoId, client_msg_id: id })],
        deps,
      );
    const everything = async () => {
      const names = [tables.conversationsTable, tables.messagesTable];
      const scans = await Promise.all(
        names.map((TableName) => client.send(new ScanCommand({ TableName, ConsistentRead: true }))),
      );
      return JSON.stringify(scans.map(({ Items }) => Items));
    };
    const first = anIncoming({ convo_id: convoId, client_msg_id: 'a', content: 'my first secret' });
    await commitMessages(convoId, [first], deps);
    await ask('e', { kind: 'edit', seq_no: 1, content: 'my second secret', mentions: [ben] });
    await ask('p', { kind: 'pin', seq_no: 1 });
    expect(await everything()).toMatch(/my first secret.*my second secret|my second secret.*my first secret/);
    await ask('d', { kind: 'delete', seq_no: 1 });
    expect(await everything()).not.toContain('secret');
    expect(await conversations.pins(convoId)).toEqual([]);
  });
});
