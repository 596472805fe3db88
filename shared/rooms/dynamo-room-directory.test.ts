import { describe, expect, it } from 'vitest';
import {
  aConversation,
  anna,
  ben,
  countingIds,
  instantBackoff,
  membershipsOf,
  startMs,
  userId,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryConversationChanges } from '../../test/support/in-memory-conversation-changes.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryRoomDirectory } from '../../test/support/in-memory-room-directory.ts';
import { isoTime } from '../clock.ts';
import { changeConversation, type Draft } from '../conversations/change-conversation.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { dynamoConversationChanges } from '../conversations/dynamo-conversation-changes.ts';
import { dynamoConversationStore } from '../conversations/dynamo-conversation-store.ts';
import { dynamoRoomDirectory } from './dynamo-room-directory.ts';
import type { RoomDirectory, RoomRow } from './room-directory.ts';

const database = testDatabase();
const ids = countingIds('ROOM');

/** The same promises hold for the real stores and for those that use cases are tested with. */
const stores = {
  DynamoDB() {
    const { client, tables } = database();
    const backoff = instantBackoff();
    return {
      conversations: dynamoConversationStore({ client, ...tables, backoff }),
      changes: dynamoConversationChanges({ client, ...tables }),
      directory: dynamoRoomDirectory({ client, ...tables, backoff }),
    };
  },
  'the in-memory stand-in'() {
    const conversations = inMemoryConversationStore();
    return {
      conversations,
      changes: inMemoryConversationChanges(conversations),
      directory: inMemoryRoomDirectory(conversations),
    };
  },
};

describe.each(Object.entries(stores))('the room directory on %s', (_, open) => {
  function setup() {
    const all = open();
    const deps = { ...all, clock: { now: () => startMs }, ids, backoff: instantBackoff() };
    return {
      ...all,
      made: async (title: string, conversation: Partial<Conversation> = {}) => {
        const convoId = ids.conversation();
        const room = aConversation({ convoId, type: 'room', title, members: [anna], ...conversation });
        await all.conversations.create(room, [{ convoId, userId: anna, role: 'owner', readSeq: 0 }]);
        return convoId;
      },
      change: (convoId: string, draft: Draft) => changeConversation(convoId, async () => draft, deps),
    };
  }

  const termsOf = async (directory: RoomDirectory, prefix: string, convoId: string) => {
    const { rows } = await directory.page(prefix, { limit: 1_000 });
    return rows.filter((row) => row.convoId === convoId).map(({ term }) => term);
  };

  it('has a room under its title and under each word of it, folded', async () => {
    const { made, directory } = setup();
    const convoId = await made('Grüne Ｇärten, Ganz groß');
    expect(await termsOf(directory, 'g', convoId)).toEqual([
      'ganz',
      'groß',
      'grüne',
      'grüne gärten, ganz groß',
      'gärten',
    ]);
    expect(await termsOf(directory, 'gä', convoId)).toEqual(['gärten']);
    expect(await termsOf(directory, 'x', convoId)).toEqual([]);
    expect(await termsOf(directory, '', convoId)).toEqual(['grüne gärten, ganz groß']);
  });

  it('takes a character that keys are made of for what it is in a title', async () => {
    const { made, directory } = setup();
    const convoId = await made('C# # devs');
    expect(await termsOf(directory, 'c#', convoId)).toEqual(['c# # devs']);
  });

  it('has at most eight terms of a title', async () => {
    const { made, directory } = setup();
    const convoId = await made('q1 q2 q3 q4 q5 q6 q7 q8 q9');
    expect(await termsOf(directory, 'q', convoId)).toHaveLength(8);
    expect(await termsOf(directory, 'q8', convoId)).toEqual([]);
  });

  // With 44 members, eight terms and a topic one transaction is as full as it gets.
  it.each([43, 44, 45, 120])('is written with a room of %i members, whatever its title', async (count) => {
    const { conversations, directory } = setup();
    const convoId = ids.conversation();
    const members = Array.from({ length: count }, (_unused, index) => userId(`p${index}x`));
    const title = 'y1 y2 y3 y4 y5 y6 y7 y8';
    const room = aConversation({ convoId, type: 'room', title, members, hasDetails: true });
    expect(await conversations.create(room, membershipsOf(room, members), { topic: 'Full' })).toBe('created');
    expect(await conversations.roster(convoId)).toHaveLength(count);
    expect(await termsOf(directory, 'y', convoId)).toHaveLength(8);
  });

  it('has no groups', async () => {
    const { made, directory } = setup();
    const convoId = await made('Hidden', { type: 'group' });
    expect(await termsOf(directory, 'hidden', convoId)).toEqual([]);
    expect(await termsOf(directory, '', convoId)).toEqual([]);
  });

  it('follows a title that changes', async () => {
    const { made, change, directory } = setup();
    const convoId = await made('Common Before');
    await change(convoId, { settings: { title: 'Common After' } });
    expect(await termsOf(directory, 'before', convoId)).toEqual([]);
    expect(await termsOf(directory, 'after', convoId)).toEqual(['after']);
    expect(await termsOf(directory, 'common', convoId)).toEqual(['common', 'common after']);
    expect(await termsOf(directory, '', convoId)).toEqual(['common after']);
  });

  it('loses a room that is archived, and has it again when it is opened', async () => {
    const { made, change, directory } = setup();
    const convoId = await made('Archive Me');
    await change(convoId, { settings: { archivedAt: isoTime(startMs) } });
    expect(await termsOf(directory, 'archive', convoId)).toEqual([]);
    expect(await termsOf(directory, '', convoId)).toEqual([]);
    await change(convoId, { settings: { archivedAt: undefined } });
    expect(await termsOf(directory, 'archive', convoId)).toEqual(['archive', 'archive me']);
    expect(await termsOf(directory, '', convoId)).toEqual(['archive me']);
  });

  it('pages through its rows without a double or a hole', async () => {
    const { made, directory } = setup();
    for (let room = 0; room < 5; room += 1) await made(`zebra zoo ${room}`);
    const all = (await directory.page('z', { limit: 100 })).rows;
    expect(all).toHaveLength(15);
    const seen: RoomRow[] = [];
    let after: RoomRow | undefined;
    do {
      const page = await directory.page('z', { limit: 4, after });
      expect(page.rows.length).toBeLessThanOrEqual(4);
      seen.push(...page.rows);
      after = page.next;
    } while (after);
    expect(seen).toEqual(all);
  });

  it('knows where somebody is a member, and where no more', async () => {
    const { made, change, directory } = setup();
    const [mine, left, foreign] = [await made('Mine'), await made('Left'), await made('Foreign')];
    const ofBen = { joined: [{ userId: ben, role: 'member' as const }] };
    await change(mine, ofBen);
    await change(left, ofBen);
    await change(left, { left: [{ userId: ben, state: 'left' }] });
    expect(await directory.joinedBy(ben, [mine, left, foreign])).toEqual(new Set([mine]));
    expect(await directory.joinedBy(ben, [])).toEqual(new Set());
  });
});
