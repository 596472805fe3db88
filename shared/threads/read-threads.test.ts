import { describe, expect, it } from 'vitest';
import { anna, ben, cleo, convoId, stranger } from '../../test/support/builders.ts';
import { inMemoryThreadMarks, inMemoryThreadStore } from '../../test/support/in-memory-threads.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import type { Membership } from '../conversations/conversation.ts';
import { listThreads } from './list-threads.ts';
import { markThread } from './mark-thread.ts';
import { readThread } from './read-thread.ts';

const team = convoId('team');

/** Messages 1 to 4 of Anna's; threads of Ben's at 1 (5, 6, 7), at 2 (8) and at 4 (9, and Anna's 10). */
async function setup() {
  const world = timelineUnderTest({ members: [anna, ben, cleo] });
  const threads = inMemoryThreadStore(world.messages);
  const threadMarks = inMemoryThreadMarks();
  const deps = { ...world, threads, threadMarks };
  const reply = async (thread: number, sender_id = ben) => {
    await world.commit(world.message({ sender_id, thread, content: `in ${thread}` }));
  };
  await world.say(4);
  for (const root of [1, 1, 1, 2, 4]) await reply(root);
  await reply(4, anna);
  const standing = (userId: string, more: Partial<Membership>) => {
    const before = world.conversations.standingsByKey.get(`${userId} ${team}`);
    if (!before) throw new Error('they are a member');
    world.conversations.standingsByKey.set(`${userId} ${team}`, { ...before, ...more });
  };
  return {
    ...world,
    reply,
    /** Their membership becomes this one. */
    standing,
    leaves: (userId: string) => {
      const { seq = 0, rev = 0 } = world.conversations.counters.get(team) ?? {};
      standing(userId, { left: { state: 'left', seq, rev, version: 2, at: '2026-03-02', title: 'Team' } });
    },
    list: async (userId = cleo, query: Parameters<typeof listThreads>[2] = {}) => {
      const { threads: found, has_more } = await listThreads(userId, team, query, deps);
      return { all: found.map(({ root, read, unread }) => [root.seq_no, read, unread]), found, has_more };
    },
    read: async (seq: number, range: object = {}, userId = cleo) => {
      const { messages, root, ...page } = await readThread(userId, team, { seq, ...range }, deps);
      return { ...page, root: root.seq_no, places: messages.map(({ thread_seq }) => thread_seq), messages };
    },
    mark: (root: number, count: number, userId = cleo) =>
      markThread(userId, { action: 'thread.read', convo_id: team, thread: root, thread_seq: count }, deps),
    markAll: (seq_no: number, userId = cleo) =>
      markThread(userId, { action: 'threads.read', convo_id: team, seq_no }, deps),
  };
}

describe('the list of threads', () => {
  it('[H6] has the newest root first, each with what was read of it', async () => {
    const { list } = await setup();
    const { all, found, has_more } = await list();
    expect(all).toEqual([
      [4, 0, 2],
      [2, 0, 1],
      [1, 0, 3],
    ]);
    expect(found[0]?.root).toMatchObject({ content: 'text 4', replies: { count: 2, last_seq: 10 } });
    expect(has_more).toBe(false);
  });

  it('[H6] comes in pages', async () => {
    const { list } = await setup();
    expect(await list(cleo, { limit: 2 })).toMatchObject({
      all: [
        [4, 0, 2],
        [2, 0, 1],
      ],
      has_more: true,
    });
    expect(await list(cleo, { limit: 2, before_seq: 2 })).toMatchObject({
      all: [[1, 0, 3]],
      has_more: false,
    });
    expect(await list(cleo, { before_seq: 1 })).toMatchObject({ all: [], has_more: false });
  });

  it('[H4] keeps the thread of a deleted root', async () => {
    const { list, make } = await setup();
    await make({ kind: 'delete', seq_no: 2 });
    const { found } = await list();
    expect(found[1]).toMatchObject({ root: { seq_no: 2, content: '', replies: { count: 1 } }, unread: 1 });
  });

  it('[H7] begins for a newcomer after their coming', async () => {
    const { list, standing } = await setup();
    standing(cleo, { fromSeq: 1 });
    expect((await list()).all.map(([root]) => root)).toEqual([4, 2]);
    standing(cleo, { fromSeq: 2 });
    expect((await list(cleo, { limit: 1 })).has_more).toBe(false);
  });

  it('[H7] ends for a former member with their leaving, and nothing in it is unread', async () => {
    const { list, leaves, reply } = await setup();
    leaves(cleo);
    await reply(3);
    await reply(4);
    const { all, found } = await list();
    expect(all.map(([root, , unread]) => [root, unread])).toEqual([
      [4, 0],
      [2, 0],
      [1, 0],
    ]);
    expect(JSON.stringify(found)).not.toContain('11');
  });

  it('[A2] is of nobody else', async () => {
    const { list } = await setup();
    await expect(list(stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });
});

describe('a thread', () => {
  it('[H6] comes in pages by its own numbers, the newest one first', async () => {
    const { read } = await setup();
    expect(await read(1)).toMatchObject({ root: 1, places: [1, 2, 3], read: 0, unread: 3, has_more: false });
    expect(await read(1, { limit: 2 })).toMatchObject({ places: [2, 3], has_more: true });
    expect(await read(1, { limit: 2, before: 2 })).toMatchObject({ places: [1], has_more: false });
    expect(await read(1, { limit: 2, since: 0 })).toMatchObject({ places: [1, 2], has_more: true });
    expect(await read(1, { since: 2 })).toMatchObject({ places: [3], has_more: false });
    expect(await read(1, { since: 3 })).toMatchObject({ places: [], has_more: false });
    expect(await read(1, { before: 1 })).toMatchObject({ places: [], has_more: false });
    await expect(read(1, { before: 2, since: 1 })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('[H6] is found by any of its messages, and is empty where nobody has answered yet', async () => {
    const { read } = await setup();
    expect(await read(6)).toMatchObject({ root: 1, places: [1, 2, 3] });
    expect(await read(3)).toMatchObject({ root: 3, places: [], read: 0, unread: 0, has_more: false });
  });

  it('[H6] shows its messages as they are now', async () => {
    const { read, commit, change } = await setup();
    await commit(change({ kind: 'delete', seq_no: 6 }, ben));
    expect((await read(1)).messages[1]).toMatchObject({ content: '', thread_seq: 2 });
  });

  it('[H7] before a newcomer is not there, nor one that nobody began', async () => {
    const { read, standing } = await setup();
    await expect(read(99)).rejects.toMatchObject({ code: 'message.not_found' });
    await expect(read(0)).rejects.toMatchObject({ code: 'message.not_found' });
    standing(cleo, { fromSeq: 1 });
    await expect(read(1)).rejects.toMatchObject({ code: 'message.not_found' });
    await expect(read(6)).rejects.toMatchObject({ code: 'message.not_found' });
    expect(await read(2)).toMatchObject({ places: [1] });
  });

  it('[H7] ends for a former member where they left it', async () => {
    const { read, leaves, reply } = await setup();
    leaves(cleo);
    await reply(1);
    await reply(3);
    expect(await read(1)).toMatchObject({ places: [1, 2, 3], read: 3, unread: 0, has_more: false });
    expect(await read(1, { since: 2 })).toMatchObject({ places: [3], has_more: false });
    expect(await read(3)).toMatchObject({ places: [] });
    await expect(read(11)).rejects.toMatchObject({ code: 'message.not_found' });
  });

  it('[A2] is of nobody else', async () => {
    const { read } = await setup();
    await expect(read(1, {}, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });
});

describe('what is read of a thread', () => {
  const unreadIn = async ({ list }: Awaited<ReturnType<typeof setup>>, userId = cleo) =>
    Object.fromEntries((await list(userId)).all.map(([root, , unread]) => [root, unread]));

  it('[H5] is what was marked, in one thread or in all', async () => {
    const world = await setup();
    await world.mark(1, 2);
    expect(await unreadIn(world)).toEqual({ 1: 1, 2: 1, 4: 2 });
    await world.markAll(9);
    expect(await unreadIn(world)).toEqual({ 1: 0, 2: 0, 4: 1 });
    expect(await world.read(4)).toMatchObject({ read: 1, unread: 1 });
  });

  it('[H5] counts only what came after the mark of all threads', async () => {
    const world = await setup();
    await world.markAll(10);
    await world.reply(1);
    expect(await unreadIn(world)).toEqual({ 1: 1, 2: 0, 4: 0 });
    await world.mark(1, 4);
    expect(await unreadIn(world)).toEqual({ 1: 0, 2: 0, 4: 0 });
  });

  it('[H5] is what one wrote oneself, and all before it', async () => {
    const world = await setup();
    expect(await unreadIn(world, ben)).toEqual({ 1: 0, 2: 0, 4: 1 });
    expect(await unreadIn(world, anna)).toEqual({ 1: 3, 2: 1, 4: 0 });
    await world.reply(1, cleo);
    expect(await unreadIn(world, ben)).toEqual({ 1: 1, 2: 0, 4: 1 });
  });

  it('[H5] is told to the own devices when it moves, and to the asking one when it does not', async () => {
    const { mark, markAll } = await setup();
    const event = { type: 'thread.read', convo_id: team, user_id: cleo, thread: 1, thread_seq: 2 };
    expect(await mark(1, 2)).toEqual({ event, audience: [cleo] });
    expect(await mark(1, 1)).toEqual({ event, audience: [] });
    expect(await mark(3, 0)).toEqual({ event: { ...event, thread: 3, thread_seq: 0 }, audience: [] });
    const all = { type: 'threads.read', convo_id: team, user_id: cleo, seq_no: 10 };
    expect(await markAll(10)).toEqual({ event: all, audience: [cleo] });
    expect(await markAll(3)).toEqual({ event: all, audience: [] });
  });

  it('[H5][U3] goes no further than what was written', async () => {
    const { mark, markAll } = await setup();
    const beyond = { code: 'message.seq_out_of_range' };
    await expect(mark(1, 4)).rejects.toMatchObject(beyond);
    await expect(mark(3, 1)).rejects.toMatchObject(beyond);
    // A message of a thread has none of its own.
    await expect(mark(5, 1)).rejects.toMatchObject(beyond);
    await expect(markAll(11)).rejects.toMatchObject(beyond);
    await expect(mark(99, 0)).rejects.toMatchObject({ code: 'message.not_found' });
  });

  it('[H7] cannot be marked before one came, nor after one left', async () => {
    const { mark, markAll, standing, leaves } = await setup();
    standing(cleo, { fromSeq: 1 });
    await expect(mark(1, 1)).rejects.toMatchObject({ code: 'message.not_found' });
    leaves(cleo);
    await expect(mark(2, 1)).rejects.toMatchObject({ code: 'conversation.not_found' });
    await expect(markAll(2)).rejects.toMatchObject({ code: 'conversation.not_found' });
    await expect(mark(2, 1, stranger)).rejects.toMatchObject({ code: 'conversation.not_found' });
  });
});
