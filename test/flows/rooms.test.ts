import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RoomView } from '../../events/membership-contracts.ts';
import type { ConversationView } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openGroup, type Person, say, wholeHistory } from '../support/people.ts';

/** A word that no other run has in a title. */
const newWord = () => `w${randomBytes(8).toString('hex')}`;

async function openRoom(owner: Person, title: string, more: object = {}): Promise<ConversationView> {
  const body = { type: 'room', title, ...more };
  return bodyOf(await owner.call<ConversationView>('POST', '/conversations', { body }), 201);
}

async function search(person: Person, query: string, limit?: number): Promise<RoomView[]> {
  const rooms: RoomView[] = [];
  let cursor: string | null = null;
  do {
    const params = new URLSearchParams({
      query,
      ...(limit && { limit: String(limit) }),
      ...(cursor && { cursor }),
    });
    const page: { rooms: RoomView[]; next_cursor: string | null } = bodyOf(
      await person.call('GET', `/rooms?${params}`),
    );
    rooms.push(...page.rooms);
    cursor = page.next_cursor;
  } while (cursor);
  return rooms;
}

const join = (person: Person, convoId: string) =>
  person.call<ConversationView>('POST', `/conversations/${convoId}/join`);

describe('a public room', () => {
  it('[O1] belongs to whoever opened it, and is found by every word of its title', async () => {
    const [ada, ben] = await people();
    const word = newWord();
    const room = await openRoom(ada, `Gardening ${word.toUpperCase()}`, { topic: 'Roses, mostly' });
    expect(room).toMatchObject({ type: 'room', role: 'owner', history: 'all', member_count: 1 });

    const view = { convo_id: room.convo_id, title: room.title, topic: 'Roses, mostly', member_count: 1 };
    expect(await search(ben, word.slice(0, -3))).toMatchObject([{ ...view, joined: false }]);
    expect(await search(ben, `gardening ${word}`)).toMatchObject([view]);
    expect(await search(ada, word)).toMatchObject([{ ...view, joined: true }]);
    expect(await search(ben, word.slice(1))).toEqual([]);
  });

  it('[O2] is shown once, page by page', async () => {
    const [ada] = await people();
    const word = newWord();
    const titles = ['a', 'b', 'c'].map((letter) => `${word} ${word}${letter} ${word}`);
    for (const title of titles) await openRoom(ada, title);
    expect((await search(ada, word, 1)).map(({ title }) => title)).toEqual(titles);

    const first = bodyOf(await ada.call<{ next_cursor: string }>('GET', `/rooms?query=${word}&limit=1`));
    for (const path of [
      `/rooms?query=${word}x&limit=1&cursor=${first.next_cursor}`,
      `/rooms?query=${word}&limit=1&cursor=x${first.next_cursor}`,
    ])
      expect(problemOf(await ada.call('GET', path)).code).toBe('request.invalid');
  });

  it('[O1] is found under its new title when it is renamed, and not at all while it is archived', async () => {
    const [ada] = await people();
    const [before, after] = [newWord(), newWord()];
    const { convo_id } = await openRoom(ada, before);
    const patch = async (body: object) =>
      bodyOf(await ada.call('PATCH', `/conversations/${convo_id}`, { body }), 200);
    await patch({ title: after });
    expect(await search(ada, before)).toEqual([]);
    expect(await search(ada, after)).toHaveLength(1);
    await patch({ archived: true });
    expect(await search(ada, after)).toEqual([]);
    await patch({ archived: false });
    expect(await search(ada, after)).toHaveLength(1);
  });

  it('[O3] lets everybody in who wants to, once, and shows them all of it', async () => {
    const [ada, ben, cleo] = await people(3);
    const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
    const { convo_id } = await openRoom(ada, newWord(), { members: [cleo.userId] });
    await say(adaSocket, convo_id, 'before he came');

    const answers = await Promise.all([join(ben, convo_id), join(ben, convo_id)]);
    for (const answer of answers)
      expect(bodyOf(answer)).toMatchObject({ convo_id, role: 'member', state: 'member', member_count: 3 });
    expect(bodyOf(await join(ben, convo_id))).toMatchObject({ member_count: 3 });

    const { conversation } = await benSocket.next('conversation.update');
    expect(conversation).toMatchObject({ convo_id, role: 'member', capabilities: ['message.send'] });
    const line = {
      sender_id: ben.userId,
      system: { code: 'member.joined', params: { user_id: ben.userId } },
    };
    expect(await adaSocket.next('message.create', ({ system }) => system !== undefined)).toMatchObject(line);
    expect(await adaSocket.next('member.update')).toMatchObject({ user_id: ben.userId, state: 'member' });

    await say(benSocket, convo_id, 'hello');
    const seen = (await wholeHistory(ben, convo_id)).map(({ content, system }) => system?.code ?? content);
    expect(seen).toEqual(['before he came', 'member.joined', 'hello']);
    expect(await wholeHistory(cleo, convo_id)).toEqual(await wholeHistory(ben, convo_id));
  });

  it('[O3] shows a group to nobody, and lets nobody in who is banned', async () => {
    const [ada, ben, cleo] = await people(3);
    const title = newWord();
    const group = await openGroup(ada, [cleo], title);
    expect(await search(ben, title)).toEqual([]);
    expect(problemOf(await join(ben, group.convo_id)).code).toBe('conversation.not_found');

    const { convo_id } = await openRoom(ada, newWord());
    const ban = { body: { reason: 'enough' } };
    bodyOf(await ada.call('PUT', `/conversations/${convo_id}/bans/${ben.userId}`, ban), 204);
    expect(problemOf(await join(ben, convo_id)).code).toBe('conversation.banned');
    bodyOf(await ada.call('DELETE', `/conversations/${convo_id}/bans/${ben.userId}`), 204);
    expect(bodyOf(await join(ben, convo_id))).toMatchObject({ convo_id });
  });
});
