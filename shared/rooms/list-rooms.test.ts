import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConversation, anna, ben, convoId, countingIds } from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryRoomDirectory } from '../../test/support/in-memory-room-directory.ts';
import type { Conversation, Details } from '../conversations/conversation.ts';
import { foldCase } from '../text.ts';
import { listRooms } from './list-rooms.ts';

function setup() {
  const conversations = inMemoryConversationStore();
  const ids = countingIds('ROOM');
  const directory = inMemoryRoomDirectory(conversations);
  const list = (options: Parameters<typeof listRooms>[1] = {}) =>
    listRooms(ben, options, { conversations, directory });
  return {
    list,
    conversations,
    made: (title: string, given: Partial<Conversation> = {}, details?: Details, members = [anna]) => {
      const id = ids.conversation();
      const room = aConversation({ convoId: id, type: 'room', title, members, ...given });
      conversations.put(
        room,
        members.map((userId) => ({ convoId: id, userId, role: 'member', readSeq: 0 })),
      );
      if (details) conversations.detailsById.set(id, details);
      return id;
    },
    titles: async (options: Parameters<typeof listRooms>[1] = {}) =>
      (await list(options)).rooms.map(({ title }) => title),
    /** All pages, each with what it shows. */
    pages: async (options: { query?: string; limit: number }) => {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ ...options, cursor });
        pages.push(page.rooms.map(({ convo_id }) => convo_id));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined && pages.length < 1_000);
      return pages;
    },
  };
}

describe('listRooms', () => {
  it('shows all rooms in the order of their titles', async () => {
    const { made, titles } = setup();
    for (const title of ['beta', 'Alpha', 'gamma']) made(title);
    expect(await titles()).toEqual(['Alpha', 'beta', 'gamma']);
    expect(await titles({ query: '' })).toEqual(['Alpha', 'beta', 'gamma']);
  });

  it('finds the beginning of the title and of each word, whatever the case', async () => {
    const { made, titles } = setup();
    made('Summer Party');
    made('Party planning');
    made('Counterparty risk');
    expect(await titles({ query: 'PARTY' })).toEqual(['Summer Party', 'Party planning']);
    expect(await titles({ query: 'summer pa' })).toEqual(['Summer Party']);
    expect(await titles({ query: 'nothing' })).toEqual([]);
  });

  it('shows what a visitor may know, and whether they are in it', async () => {
    const { made, list } = setup();
    made('Hall', { hasDetails: true }, { topic: 'For all', avatar: 'att_1' }, [anna, ben]);
    made('Yard');
    const [hall, yard] = (await list()).rooms;
    expect(hall).toMatchObject({ title: 'Hall', topic: 'For all', avatar: 'att_1', joined: true });
    expect(hall).toMatchObject({ member_count: 2 });
    expect(yard).toMatchObject({ title: 'Yard', topic: null, avatar: null, joined: false });
    expect(Object.keys(yard ?? {}).sort()).toEqual(
      ['avatar', 'convo_id', 'created_at', 'joined', 'member_count', 'title', 'topic'].sort(),
    );
  });

  it('shows neither groups nor archived rooms', async () => {
    const { made, titles } = setup();
    made('Open');
    made('Of a group', { type: 'group' });
    made('Old', { archivedAt: '2026-03-01T12:00:00.000Z' });
    expect(await titles()).toEqual(['Open']);
    expect(await titles({ query: 'o' })).toEqual(['Open']);
  });

  it('shows a room that was renamed a moment ago under its new title only', async () => {
    const { made, list, conversations } = setup();
    const id = made('Parrot');
    const stale = inMemoryRoomDirectory({
      counters: new Map(conversations.counters),
      standingsByKey: conversations.standingsByKey,
    });
    const room = conversations.counters.get(id);
    if (!room) throw new Error('it was made');
    conversations.put({ ...room, title: 'Falcon' }, []);
    expect((await listRooms(ben, { query: 'p' }, { conversations, directory: stale })).rooms).toEqual([]);
    expect((await list({ query: 'f' })).rooms).toHaveLength(1);
  });

  it('shows each room that is found once, on whatever pages, for any titles and page sizes', async () => {
    const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'aB', 'ä', 'a#', 'Å');
    const titles = fc.array(fc.array(word, { minLength: 1, maxLength: 10 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        titles,
        fc.constantFrom('', 'a', 'ab', 'A', 'b', 'a a'),
        fc.integer({ min: 1, max: 7 }),
        async (all, query, limit) => {
          const { made, pages } = setup();
          const expected = all
            .map((words) => ({ title: words.join(' '), id: made(words.join(' ')) }))
            .filter(({ title }) => isFoundBy(title, query))
            .map(({ id }) => id);
          const shown = await pages({ query, limit });
          expect(shown.flat().sort()).toEqual(expected.sort());
          expect(shown.every((page) => page.length <= limit)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads at most four times for a page, which may be empty then and is not the last', async () => {
    const { made, conversations } = setup();
    for (let room = 0; room < 20; room += 1) made('z af ae ad ac ab aa');
    const inner = inMemoryRoomDirectory(conversations);
    let queries = 0;
    const directory: typeof inner = {
      ...inner,
      page(prefix, options) {
        queries += 1;
        return inner.page(prefix, options);
      },
    };
    const page = await listRooms(ben, { query: 'a', limit: 20 }, { conversations, directory });
    expect({ queries, rooms: page.rooms }).toEqual({ queries: 4, rooms: [] });
    expect(page.next_cursor).not.toBeNull();
  });

  it('refuses a cursor that was changed, cut, made up or taken from another search', async () => {
    const { made, list } = setup();
    for (const title of ['one', 'other', 'outer']) made(title);
    const { next_cursor } = await list({ query: 'o', limit: 1 });
    const cursor = next_cursor ?? '';
    expect((await list({ query: 'O', limit: 1, cursor })).rooms).toMatchObject([{ title: 'other' }]);
    const [place = '', sum = ''] = cursor.split('.');
    const made_up = Buffer.from(`zzz#${convoId('x')}`).toString('base64url');
    const wrong = [
      '',
      'x',
      place,
      `${place}.`,
      `${place.slice(0, -2)}.${sum}`,
      `${made_up}.${sum}`,
      `${place}.${sum}.`,
      `${place}=.${sum}`,
      `${place}.${'0'.repeat(16)}`,
    ];
    for (const cursorOfNone of wrong)
      await expect(list({ query: 'o', cursor: cursorOfNone }), cursorOfNone).rejects.toMatchObject({
        code: 'request.invalid',
      });
    for (const query of ['ot', 'p', undefined])
      await expect(list({ query, cursor })).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

/** What the rule says, told another way; only the first eight terms of a title count, the title being one of them. */
function isFoundBy(title: string, query: string): boolean {
  const folded = foldCase(title);
  const words = folded.split(/[^\p{L}\p{N}]+/u).filter((one) => one !== '');
  const terms = [...new Set([folded, ...words])].slice(0, 8);
  return terms.some((term) => term.startsWith(foldCase(query)));
}
