import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aLeaving,
  aMessage,
  anna,
  ben,
  convoId,
  membershipsOf,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import type { Membership } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';
import type { Message } from '../messages/message.ts';
import type { ExportPlace } from './export-cursor.ts';
import { ownMessagesFrom } from './own-messages.ts';

/** Who sent each message of a conversation, from the first on; `members` default to the two of them. */
interface Given {
  readonly senders: readonly string[];
  readonly members?: readonly string[];
  readonly content?: string;
}

/** The conversations are named c0, c1, … in the order of their ids. */
function setup(given: readonly Given[]) {
  const conversations = inMemoryConversationStore();
  const messages: Message[] = given.flatMap(({ senders, members = [anna, ben], content }, index) => {
    const id = convoId(`c${String(index).padStart(4, '0')}`);
    const conversation = aConversation({ convoId: id, members, seq: senders.length });
    conversations.put(conversation, membershipsOf(conversation, members));
    return senders.map((senderId, at) => {
      const seq = at + 1;
      return aMessage({ convoId: id, seq, senderId, content: content ?? `${id} ${seq}` });
    });
  });
  const ranges: { convoId: string; from: number; to: number }[] = [];
  const deps = {
    conversations,
    messages: {
      async range(id: string, from: number, to: number) {
        ranges.push({ convoId: id, from, to });
        return messages.filter((one) => one.convoId === id && one.seq >= from && one.seq <= to);
      },
    },
  };
  return { conversations, messages, ranges, deps };
}

/** All pages, each with what it read. */
async function allPages({ deps, ranges }: ReturnType<typeof setup>, userId = anna) {
  const pages: { messages: Message[]; read: number; ranges: number }[] = [];
  let start: ExportPlace | undefined;
  do {
    const before = ranges.length;
    const page = await ownMessagesFrom(userId, start, deps);
    const made = ranges.slice(before);
    const read = made.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    pages.push({ messages: page.messages, read, ranges: made.length });
    start = page.next;
    if (pages.length > 500) throw new Error('the export does not end');
  } while (start);
  return pages;
}

const times = (count: number, sender: string) => Array.from({ length: count }, () => sender);
const ownOf = (messages: readonly Message[]) => messages.filter(({ senderId }) => senderId === anna);

describe('ownMessagesFrom', () => {
  it('gives what the person wrote, and nothing that others wrote', async () => {
    const world = setup([{ senders: [anna, ben, anna] }, { senders: [ben] }, { senders: [anna] }]);
    const [page, ...more] = await allPages(world);
    expect(page?.messages).toEqual(ownOf(world.messages));
    expect(more).toEqual([]);
  });

  it('gives somebody without conversations an empty end', async () => {
    expect(await ownMessagesFrom(anna, undefined, setup([]).deps)).toEqual({ messages: [], next: undefined });
  });

  it('has each own message on exactly one page, and every page within its bounds', async () => {
    const conversation = fc.record({
      senders: fc
        .tuple(fc.integer({ min: 0, max: 1_300 }), fc.integer({ min: 1, max: 5 }))
        .map(([length, every]) => Array.from({ length }, (_, at) => (at % every === 0 ? anna : ben))),
      members: fc.constantFrom([anna, ben], [anna, ben], [ben]),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(conversation, { maxLength: 6 }), async (given) => {
        const world = setup(given);
        const pages = await allPages(world);
        const mine = new Set(
          given.flatMap(({ members }, at) =>
            members.includes(anna) ? [convoId(`c${`${at}`.padStart(4, '0')}`)] : [],
          ),
        );
        expect(pages.flatMap(({ messages }) => messages)).toEqual(
          ownOf(world.messages).filter((message) => mine.has(message.convoId)),
        );
        for (const { read } of pages) expect(read).toBeLessThanOrEqual(limits.exportPageMessagesMax);
        expect(world.ranges.every((range) => mine.has(range.convoId))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('reads at most so many conversations for a page, however little they hold', async () => {
    const world = setup(Array.from({ length: 250 }, (_, at) => ({ senders: at % 3 === 0 ? [] : [anna] })));
    const pages = await allPages(world);
    expect(pages.flatMap(({ messages }) => messages)).toEqual(ownOf(world.messages));
    expect(pages.map(({ ranges }) => ranges <= limits.conversationsPageMax + 1)).toEqual([true, true, true]);
  });

  it('ends a page whose texts are large, far below what Lambda can answer with', async () => {
    const content = '漢'.repeat(limits.messageContentMaxChars);
    const world = setup([{ senders: times(400, anna), content }]);
    const pages = await allPages(world);
    expect(pages.flatMap(({ messages }) => messages)).toHaveLength(400);
    for (const { messages } of pages)
      expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThan(5_500_000);
  });

  it('goes on where it was when messages arrive meanwhile, and has the new ones too', async () => {
    const world = setup([{ senders: times(1_000, anna) }]);
    const first = await ownMessagesFrom(anna, undefined, world.deps);
    const late = aMessage({ convoId: convoId('c0000'), seq: 1_001 });
    world.messages.push(late);
    const counter = world.conversations.counters.get(convoId('c0000')) ?? aConversation();
    world.conversations.counters.set(counter.convoId, { ...counter, seq: 1_001 });
    const second = await ownMessagesFrom(anna, first.next, world.deps);
    expect([first.messages.length, second.messages, second.next]).toEqual([1_000, [late], undefined]);
  });

  it('[A2] reads nothing of a conversation that the person is no member of, whatever the place says', async () => {
    const world = setup([{ senders: times(5, anna), members: [ben] }, { senders: [anna] }]);
    const page = await ownMessagesFrom(anna, { convoId: convoId('c0000'), seq: 1 }, world.deps);
    expect(page.messages.map((message) => message.convoId)).toEqual([convoId('c0001')]);
    expect(world.ranges.map((range) => range.convoId)).toEqual([convoId('c0001')]);
  });

  it('leaves out a conversation from which the person was removed between two pages', async () => {
    const world = setup([{ senders: times(1_500, anna) }, { senders: [anna] }]);
    const first = await ownMessagesFrom(anna, undefined, world.deps);
    world.conversations.setMembers(convoId('c0000'), [ben]);
    const second = await ownMessagesFrom(anna, first.next, world.deps);
    expect(second.messages.map((message) => message.convoId)).toEqual([convoId('c0001')]);
    expect(second.next).toBeUndefined();
  });

  it('[V6] has what the person wrote where they left, and before they came back, and nothing of after', async () => {
    const world = setup([{ senders: [anna, ben, anna, anna] }, { senders: [anna, ben, anna] }]);
    const [left, anew] = [convoId('c0000'), convoId('c0001')];
    const put = (id: string, more: Partial<Membership>) => {
      const conversation = world.conversations.counters.get(id) ?? aConversation();
      const membership = { convoId: id, userId: anna, role: 'member', readSeq: 0, ...more } as const;
      world.conversations.put(conversation, [membership]);
    };
    put(left, { left: aLeaving({ seq: 3 }) });
    put(anew, { fromSeq: 2 });
    const pages = await allPages(world);
    const found = pages.flatMap(({ messages }) => messages.map(({ convoId: id, seq }) => [id, seq]));
    expect(found).toEqual([
      [left, 1],
      [left, 3],
      [anew, 1],
      [anew, 3],
    ]);
  });

  it('passes over a conversation that was never finished', async () => {
    const world = setup([{ senders: [anna] }, { senders: [] }, { senders: [anna] }]);
    world.conversations.counters.delete(convoId('c0001'));
    expect((await allPages(world)).flatMap(({ messages }) => messages)).toEqual(ownOf(world.messages));
  });
});
