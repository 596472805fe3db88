/** The same of the store on DynamoDB, whose rows a commit writes, and of the one that use cases are tested with. */
import { describe, expect, it } from 'vitest';
import {
  aMessage,
  anIncoming,
  ben,
  countingIds,
  instantBackoff,
  movableClock,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import type { InMemoryMessages } from '../../test/support/in-memory-message-store.ts';
import { inMemoryThreadStore } from '../../test/support/in-memory-threads.ts';
import { conversationOn, messageStores } from '../../test/support/message-stores.ts';
import { cachedRoster } from '../conversations/roster.ts';
import { commitMessages } from '../messages/commit-messages.ts';
import type { Incoming } from '../messages/incoming.ts';
import { dynamoThreadStore } from './dynamo-thread-store.ts';

const database = testDatabase();
const stores = messageStores(database);

describe.each(Object.entries(stores))('threads on %s', (name, open) => {
  async function setup() {
    const { conversations, messages, id } = await conversationOn(open);
    const { client, tables } = database();
    const threads =
      name === 'DynamoDB'
        ? dynamoThreadStore({ client, messagesTable: tables.messagesTable })
        : inMemoryThreadStore(messages as InMemoryMessages);
    const deps = {
      conversations,
      messages,
      roster: cachedRoster(conversations),
      clock: movableClock(),
      ids: countingIds(),
      backoff: instantBackoff(),
    };
    let count = 0;
    const say = (thread?: number): Incoming => {
      count += 1;
      return anIncoming({
        convo_id: id,
        client_msg_id: `client-${count}`,
        ...(thread && { thread }),
        sender_id: ben,
      });
    };
    const commit = async (...batch: Incoming[]) => {
      const { settled } = await commitMessages(id, batch, deps);
      expect(settled.map(({ kind }) => kind)).toEqual(batch.map(() => 'persisted'));
    };
    return { threads, messages, id, say, commit };
  }

  /** Threads of the messages 1, 2 and 4; the first has the messages 5, 7, 8, the second 6, the last 9. */
  async function withThreads() {
    const world = await setup();
    const { say, commit } = world;
    await commit(say(), say(), say(), say());
    await commit(say(1), say(2), say(1));
    await commit(say(7), say(4));
    return world;
  }

  it('gives the messages of a thread by their numbers in it', async () => {
    const { threads, id, messages } = await withThreads();
    expect(await threads.replies(id, 1, 1, 100)).toEqual([5, 7, 8]);
    expect(await threads.replies(id, 1, 2, 2)).toEqual([7]);
    expect(await threads.replies(id, 1, 3, 2)).toEqual([]);
    expect(await threads.replies(id, 3, 1, 100)).toEqual([]);
    expect(await messages.many(id, [5, 7, 8])).toMatchObject(
      [1, 2, 3].map((threadSeq) => ({ thread: 1, threadSeq })),
    );
  });

  it('lists roots, the newest first, by where they stand and when their threads began', async () => {
    const { threads, id } = await withThreads();
    const all = { after: 0, before: 100, startedBy: 100, limit: 10 };
    expect(await threads.roots(id, all)).toEqual([4, 2, 1]);
    expect(await threads.roots(id, { ...all, limit: 2 })).toEqual([4, 2]);
    expect(await threads.roots(id, { ...all, before: 4 })).toEqual([2, 1]);
    expect(await threads.roots(id, { ...all, after: 1, before: 4 })).toEqual([2]);
    expect(await threads.roots(id, { ...all, after: 1, before: 2 })).toEqual([]);
    expect(await threads.roots(id, { ...all, startedBy: 5 })).toEqual([1]);
    expect(await threads.roots(id, { ...all, startedBy: 6, limit: 1 })).toEqual([2]);
  });

  it('counts the messages of a thread up to a number of the conversation', async () => {
    const { threads, id } = await withThreads();
    const counts = [4, 5, 6, 7, 100].map((seq) => threads.countUpTo(id, 1, seq));
    expect(await Promise.all(counts)).toEqual([0, 1, 1, 2, 3]);
    expect(await threads.countUpTo(id, 3, 100)).toBe(0);
  });

  it('finds what came long ago in a long thread', async () => {
    const { threads, id, say, commit } = await setup();
    await commit(say());
    for (let batch = 0; batch < 12; batch += 1) await commit(...Array.from({ length: 10 }, () => say(1)));
    expect(await threads.countUpTo(id, 1, 4)).toBe(3);
    expect(await threads.replies(id, 1, 119, 121)).toEqual([120, 121]);
  });

  it('takes ten first messages of ten threads in one commit', async () => {
    const { threads, id, say, commit } = await setup();
    await commit(...Array.from({ length: 10 }, () => say()));
    await commit(...Array.from({ length: 10 }, (_, index) => say(index + 1)));
    const roots = await threads.roots(id, { after: 0, before: 99, startedBy: 99, limit: 99 });
    expect(roots).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await threads.replies(id, 10, 1, 9)).toEqual([20]);
  });

  it('keeps with a stored message which change its root had by it', async () => {
    const { messages, id } = await withThreads();
    expect(await messages.find(id, ben, 'client-7')).toMatchObject({ seq: 7, rooted: { seq: 1, rev: 3 } });
    expect(await messages.find(id, ben, 'client-7')).not.toHaveProperty('change');
    expect(await messages.find(id, ben, 'client-1')).not.toHaveProperty('rooted');
  });

  it('keeps a message with all that it can say of threads and forwarding', async () => {
    const { messages, conversations, id, message, conversation } = await conversationOn(open);
    const full = aMessage({
      convoId: id,
      seq: 1,
      content: '',
      forwarded: { senderId: ben, content: 'said elsewhere', createdAt: 'then' },
      replies: { count: 1, lastSeq: 2, lastAt: 'now', userIds: [ben], places: [1] },
      rev: 1,
    });
    const entry = { ...message(1), message: full };
    const log = [{ rev: 1, seq: 1 }];
    const outcome = await messages.commit(conversation, [entry], {
      changed: [],
      log,
      formerTexts: new Map(),
    });
    expect(outcome).toEqual({ kind: 'committed' });
    expect(await messages.many(id, [1])).toEqual([full]);
    expect((await conversations.get(id))?.lastMessage).toMatchObject({ preview: 'said elsewhere' });
  });
});
