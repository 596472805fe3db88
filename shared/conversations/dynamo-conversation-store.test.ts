import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  ben,
  cleo,
  countingIds,
  crowd,
  instantBackoff,
  membershipsOf,
  stranger,
  userId,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { dynamoConversationStore } from './dynamo-conversation-store.ts';

const database = testDatabase();
const ids = countingIds('CONV');

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB: () =>
    dynamoConversationStore({
      client: database().client,
      conversationsTable: database().tables.conversationsTable,
      backoff: instantBackoff(),
    }),
  'the in-memory stand-in': () => inMemoryConversationStore(),
};

describe.each(Object.entries(stores))('the conversation store on %s', (_, open) => {
  async function created(members: readonly string[] = [anna, ben], convoId = ids.conversation()) {
    const store = open();
    const conversation = aConversation({ convoId, members });
    await store.create(conversation, membershipsOf(conversation, members));
    return { store, conversation, convoId };
  }

  it('reads a conversation as it was written', async () => {
    const { store, conversation, convoId } = await created();
    expect(await store.get(convoId)).toEqual(conversation);
    expect(await store.get(ids.conversation())).toBeUndefined();
  });

  // 49 is the most that fits into one transaction.
  it.each([1, 2, 49, 50, 120])('writes a group of %i with all its members', async (count) => {
    const { store, conversation, convoId } = await created(crowd(count));
    expect(await store.get(convoId)).toEqual(conversation);
    const roster = await store.roster(convoId);
    expect(roster.map((member) => member.userId).sort()).toEqual(crowd(count).sort());
    for (const member of [userId('p0x'), userId(`p${count - 1}x`)]) {
      expect(await store.membership(member, convoId)).toEqual({
        convoId,
        userId: member,
        role: 'member',
        readSeq: 0,
      });
    }
  });

  it('answers `exists` to a second creation and leaves the first as it is', async () => {
    const { store, conversation, convoId } = await created();
    const second = aConversation({ convoId, title: 'Other' });
    expect(await store.create(second, membershipsOf(second, [anna, ben]))).toBe('exists');
    expect(await store.get(convoId)).toEqual(conversation);
  });

  it('lets exactly one of many concurrent creations of the same conversation win', async () => {
    const store = open();
    const conversation = aConversation({ convoId: ids.conversation(), type: 'direct', title: null });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => store.create(conversation, membershipsOf(conversation, [anna, ben]))),
    );
    expect(outcomes.sort()).toEqual(['created', ...Array.from({ length: 7 }, () => 'exists')]);
  });

  it('does not know the membership of who is none', async () => {
    const { store, convoId } = await created();
    expect(await store.membership(stranger, convoId)).toBeUndefined();
  });

  it('reads many at once: those that exist, each once', async () => {
    const { store, convoId } = await created();
    const other = ids.conversation();
    const second = aConversation({ convoId: other });
    await store.create(second, membershipsOf(second, [anna]));
    const found = await store.getMany([convoId, other, convoId, ids.conversation()]);
    expect(found.map((one) => one.convoId).sort()).toEqual([convoId, other].sort());
    expect(await store.getMany([])).toEqual([]);
  });

  it("pages through a person's conversations, without a double or a hole", async () => {
    const store = open();
    const me = userId(`pager${ids.user().slice(-2)}`);
    const mine = Array.from({ length: 7 }, () => ids.conversation());
    for (const convoId of mine) {
      const conversation = aConversation({ convoId, members: [me, cleo] });
      await store.create(conversation, membershipsOf(conversation, [me, cleo]));
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.standings(me, { limit: 3, after });
      expect(page.memberships.length).toBeLessThanOrEqual(3);
      seen.push(...page.memberships.map(({ convoId }) => convoId));
      after = page.next;
    } while (after);
    expect(seen).toEqual(mine.toSorted());
  });

  it('has nothing for who is in no conversation', async () => {
    expect(await open().standings(userId('nobody'), { limit: 10 })).toEqual({
      memberships: [],
      next: undefined,
    });
  });

  it('reads the memberships of some people in one conversation: those that exist, each once', async () => {
    const { store, convoId } = await created();
    const found = await store.membershipsIn(convoId, [anna, ben, anna, stranger]);
    expect(found.map((one) => one.userId).sort()).toEqual([anna, ben].sort());
    expect(found.every((one) => one.convoId === convoId)).toBe(true);
    expect(await store.membershipsIn(convoId, [])).toEqual([]);
  });

  describe('advanceReadSeq', () => {
    const at = (seq: number, atMs = 0) => ({ seq, atMs });

    it('[U1] moves a mark forward only', async () => {
      const { store, convoId } = await created();
      expect(await store.advanceReadSeq(anna, convoId, at(5))).toBe('advanced');
      expect(await store.advanceReadSeq(anna, convoId, at(3))).toBe('unchanged');
      expect(await store.advanceReadSeq(anna, convoId, at(5))).toBe('unchanged');
      expect(await store.membership(anna, convoId)).toMatchObject({ readSeq: 5 });
      expect(await store.membership(ben, convoId)).toMatchObject({ readSeq: 0 });
    });

    it('[U1] ends at the highest of many concurrent marks', async () => {
      const { store, convoId } = await created();
      await Promise.all([4, 9, 2, 7, 1, 8].map((seq) => store.advanceReadSeq(anna, convoId, at(seq))));
      expect(await store.membership(anna, convoId)).toMatchObject({ readSeq: 9 });
    });

    it('makes nobody a member', async () => {
      const { store, convoId } = await created();
      expect(await store.advanceReadSeq(stranger, convoId, at(5))).toBe('unchanged');
      expect(await store.membership(stranger, convoId)).toBeUndefined();
    });

    it.each([
      ['reads on', at(9, 99), 'advanced', 9],
      ['reads again', at(4, 100), 'resumed', 8],
    ] as const)(
      '[U6] takes away a mark that was put back when somebody %s',
      async (_name, mark, outcome, readSeq) => {
        const { store, convoId } = await created();
        await store.advanceReadSeq(anna, convoId, at(8));
        await store.putUnreadMark(anna, convoId, at(3, 100));
        expect(await store.advanceReadSeq(anna, convoId, mark)).toBe(outcome);
        const membership = await store.membership(anna, convoId);
        expect(membership).toMatchObject({ readSeq });
        expect(membership).not.toHaveProperty('unreadMark');
      },
    );

    it.each([
      ['reaches no further', at(3, 101)],
      ['came in before it', at(8, 99)],
    ])('[U6] leaves a mark that was put back to what %s', async (_name, mark) => {
      const { store, convoId } = await created();
      await store.advanceReadSeq(anna, convoId, at(8));
      await store.putUnreadMark(anna, convoId, at(3, 100));
      expect(await store.advanceReadSeq(anna, convoId, mark)).toBe('unchanged');
      expect(await store.membership(anna, convoId)).toMatchObject({ readSeq: 8, unreadMark: at(3, 100) });
    });
  });

  describe('putUnreadMark', () => {
    it('[U6] puts a mark back, a second time only further, and moves nothing else', async () => {
      const { store, convoId } = await created();
      await store.advanceReadSeq(anna, convoId, { seq: 8, atMs: 0 });
      expect(await store.putUnreadMark(anna, convoId, { seq: 3, atMs: 100 })).toBe(true);
      expect(await store.putUnreadMark(anna, convoId, { seq: 5, atMs: 101 })).toBe(false);
      expect(await store.putUnreadMark(anna, convoId, { seq: 0, atMs: 102 })).toBe(true);
      expect(await store.membership(anna, convoId)).toEqual({
        convoId,
        userId: anna,
        role: 'member',
        readSeq: 8,
        unreadMark: { seq: 0, atMs: 102 },
      });
    });

    it('makes nobody a member', async () => {
      const { store, convoId } = await created();
      expect(await store.putUnreadMark(stranger, convoId, { seq: 0, atMs: 0 })).toBe(false);
      expect(await store.membership(stranger, convoId)).toBeUndefined();
    });
  });

  describe('advanceDeliveredSeq', () => {
    it('[U5] moves a mark forward only, whatever was read', async () => {
      const { store, convoId } = await created();
      expect(await store.advanceDeliveredSeq(anna, convoId, 5)).toBe(true);
      expect(await store.advanceDeliveredSeq(anna, convoId, 3)).toBe(false);
      expect(await store.advanceDeliveredSeq(anna, convoId, 5)).toBe(false);
      expect(await store.membership(anna, convoId)).toMatchObject({ readSeq: 0, deliveredSeq: 5 });
      expect(await store.membership(ben, convoId)).not.toHaveProperty('deliveredSeq');
    });

    it('[U5] ends at the highest of many concurrent marks', async () => {
      const { store, convoId } = await created();
      await Promise.all([4, 9, 2, 7, 1, 8].map((seq) => store.advanceDeliveredSeq(anna, convoId, seq)));
      expect(await store.membership(anna, convoId)).toMatchObject({ deliveredSeq: 9 });
    });

    it('makes nobody a member', async () => {
      const { store, convoId } = await created();
      expect(await store.advanceDeliveredSeq(stranger, convoId, 5)).toBe(false);
      expect(await store.membership(stranger, convoId)).toBeUndefined();
    });
  });
});
