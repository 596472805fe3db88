/** What newcomers and those who left get from each of the reads; windows.property.test.ts has it for random histories. */
import { describe, expect, it } from 'vitest';
import { aLeaving, anna, ben, cleo, convoId } from '../../test/support/builders.ts';
import { timelineUnderTest } from '../../test/support/timeline.ts';
import type { Membership } from '../conversations/conversation.ts';
import { readChanges } from './read-changes.ts';
import { type HistoryRange, readHistory } from './read-history.ts';
import { readPins } from './read-pins.ts';
import { readVersions } from './read-versions.ts';

const team = convoId('team');
const edit = (seq_no: number, content: string) => ({ kind: 'edit', seq_no, content }) as const;
const react = (seq_no: number) => ({ kind: 'react', seq_no, emoji: '👍' }) as const;
const pin = (seq_no: number) => ({ kind: 'pin', seq_no }) as const;

/** Ten messages of Anna's. Ben came after the third, Cleo left with the seventh and the third change. */
async function setup() {
  const world = timelineUnderTest({ members: [anna, ben] });
  const { conversations, say, make, clock } = world;
  const standing = (userId: string, more: Partial<Membership>): void => {
    const conversation = conversations.counters.get(team);
    if (conversation)
      conversations.put(conversation, [{ convoId: team, userId, role: 'member', readSeq: 0, ...more }]);
  };
  await say(7);
  await make(edit(2, 'two'), react(5), edit(6, 'six'));
  standing(ben, { fromSeq: 3 });
  standing(cleo, { left: aLeaving({ seq: 7, rev: 3, at: new Date(clock.now()).toISOString() }) });
  clock.advance(60_000);
  await say(3);
  const read = async (userId: string, range: HistoryRange = {}) => {
    const page = await readHistory(userId, team, range, world);
    return { seqs: page.messages.map(({ seq_no }) => seq_no), last: page.last_seq, more: page.has_more };
  };
  return { ...world, read };
}

describe('history', () => {
  it('[V2] of a newcomer begins with their coming, whichever way it is paged', async () => {
    const { read } = await setup();
    expect(await read(ben)).toEqual({ seqs: [4, 5, 6, 7, 8, 9, 10], last: 10, more: false });
    expect(await read(ben, { since_seq: 0, limit: 2 })).toEqual({ seqs: [4, 5], last: 10, more: true });
    expect(await read(ben, { before_seq: 6, limit: 2 })).toEqual({ seqs: [4, 5], last: 10, more: false });
    expect(await read(ben, { before_seq: 6, limit: 1 })).toEqual({ seqs: [5], last: 10, more: true });
    expect(await read(ben, { before_seq: 4 })).toEqual({ seqs: [], last: 10, more: false });
    expect(await read(ben, { before_seq: 2 })).toEqual({ seqs: [], last: 10, more: false });
    expect(await read(ben, { around_seq: 1, limit: 3 })).toEqual({ seqs: [4, 5, 6], last: 10, more: true });
    expect(await read(ben, { around_seq: 4, limit: 50 })).toMatchObject({ more: false });
  });

  it('[V3] of somebody who left ends with their leaving, whichever way it is paged', async () => {
    const { read } = await setup();
    expect(await read(cleo)).toEqual({ seqs: [1, 2, 3, 4, 5, 6, 7], last: 7, more: false });
    expect(await read(cleo, { since_seq: 5 })).toEqual({ seqs: [6, 7], last: 7, more: false });
    expect(await read(cleo, { since_seq: 7 })).toEqual({ seqs: [], last: 7, more: false });
    expect(await read(cleo, { since_seq: 9 })).toEqual({ seqs: [], last: 7, more: false });
    expect(await read(cleo, { before_seq: 99, limit: 2 })).toEqual({ seqs: [6, 7], last: 7, more: true });
    expect(await read(cleo, { around_seq: 9, limit: 3 })).toEqual({ seqs: [5, 6, 7], last: 7, more: true });
  });

  it('[V2] is empty for whoever came last and has heard nothing yet', async () => {
    const { read, conversations } = await setup();
    const ofBen = { convoId: team, userId: ben, role: 'member', readSeq: 10, fromSeq: 10 } as const;
    conversations.standingsByKey.set(`${ben} ${team}`, ofBen);
    for (const range of [{}, { since_seq: 0 }, { before_seq: 5 }, { around_seq: 5 }])
      expect(await read(ben, range)).toEqual({ seqs: [], last: 10, more: false });
  });

  it('[V4] shows whoever left the words of then, and what was deleted since as deleted', async () => {
    const { make, ...world } = await setup();
    await make(edit(1, 'not for Cleo'), edit(2, 'nor this'), react(6), { kind: 'delete', seq_no: 4 });
    const { messages } = await readHistory(cleo, team, {}, world);
    expect(messages.map(({ content }) => content)).toEqual([
      'text 1',
      'two',
      'text 3',
      '',
      'text 5',
      'six',
      'text 7',
    ]);
    expect(messages[0]).not.toHaveProperty('edited_at');
    expect(messages[3]).toMatchObject({ deleted_at: expect.any(String), rev: 3 });
    expect(messages[4]).toMatchObject({ reactions: [{ emoji: '👍' }], rev: 2 });
    expect(messages[5]).not.toHaveProperty('reactions');
    expect(JSON.stringify(messages)).not.toMatch(/not for Cleo|nor this/);
  });
});

describe('changes', () => {
  it('[V2] pass over messages from before somebody’s time, and their number goes on', async () => {
    const world = await setup();
    expect(await readChanges(ben, team, { since_rev: 0, limit: 1 }, world)).toEqual({
      messages: [],
      rev: 1,
      last_rev: 3,
      has_more: true,
    });
    const rest = await readChanges(ben, team, { since_rev: 1 }, world);
    expect(rest.messages.map(({ seq_no }) => seq_no)).toEqual([5, 6]);
    expect(rest).toMatchObject({ rev: 3, last_rev: 3, has_more: false });
  });

  it('[V3] end for whoever left with the last one of then', async () => {
    const { make, ...world } = await setup();
    await make(edit(7, 'not for Cleo'), edit(6, 'nor this'));
    const first = await readChanges(cleo, team, { since_rev: 0, limit: 2 }, world);
    expect(first).toMatchObject({ rev: 2, last_rev: 3, has_more: true });
    const second = await readChanges(cleo, team, { since_rev: 2, limit: 50 }, world);
    expect(second).toMatchObject({
      messages: [{ seq_no: 6, content: 'six' }],
      rev: 3,
      last_rev: 3,
      has_more: false,
    });
    const none = { messages: [], rev: 3, last_rev: 3, has_more: false };
    expect(await readChanges(cleo, team, { since_rev: 3 }, world)).toEqual(none);
    expect(await readChanges(cleo, team, { since_rev: 99 }, world)).toEqual(none);
  });

  it('keep one that came after the conversation was read: its number is passed with this page', async () => {
    const { conversations, messages, make, say } = await setup();
    const before = await conversations.get(team);
    await say(1);
    await make(edit(11, 'brand-new'));
    const late = { ...conversations, get: async () => before };
    const page = await readChanges(ben, team, { since_rev: 0 }, { conversations: late, messages });
    expect(page.rev).toBe(4);
    expect(page.messages.map(({ seq_no }) => seq_no)).toEqual([5, 6, 11]);
  });
});

describe('pins', () => {
  it('[V2][V3] are those that somebody can see; of whoever left, those that nothing changed since', async () => {
    const { make, ...world } = await setup();
    await make(pin(2), pin(5), pin(9));
    const conversation = world.conversations.counters.get(team);
    const now = aLeaving({ seq: 7, rev: conversation?.rev ?? 0 });
    if (conversation)
      world.conversations.put(conversation, [
        { convoId: team, userId: cleo, role: 'member', readSeq: 0, left: now },
      ]);
    const pinsOf = async (userId: string) =>
      (await readPins(userId, team, world)).messages.map(({ seq_no }) => seq_no);
    expect([await pinsOf(anna), await pinsOf(ben), await pinsOf(cleo)]).toEqual([
      [2, 5, 9],
      [5, 9],
      [2, 5],
    ]);
    await make(react(2), pin(1), { kind: 'unpin', seq_no: 5 });
    expect(await pinsOf(cleo)).toEqual([]);
  });
});

describe('versions', () => {
  it('[V2][V3] of what somebody cannot see are those of no message', async () => {
    const world = await setup();
    for (const [userId, seq] of [
      [ben, 3],
      [ben, 11],
      [cleo, 8],
    ] as const)
      await expect(readVersions(userId, team, seq, world)).rejects.toMatchObject({
        code: 'message.not_found',
      });
    expect((await readVersions(ben, team, 4, world)).versions).toHaveLength(1);
  });

  it('[V4] end for whoever left with the words of then', async () => {
    const { make, ...world } = await setup();
    await make(edit(2, 'later'), edit(2, 'latest'));
    const textsOf = async (userId: string) =>
      (await readVersions(userId, team, 2, world)).versions.map(({ content }) => content);
    expect(await textsOf(anna)).toEqual(['text 2', 'two', 'later', 'latest']);
    expect(await textsOf(cleo)).toEqual(['text 2', 'two']);
  });
});
